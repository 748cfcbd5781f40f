"""What the measurements share: server processes, a POP3 client, medians, tables."""
import atexit, os, re, resource, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

PATH = os.environ["PATH"] + ":/usr/sbin"
SOURCE, SINK = (shutil.which(n, path=PATH) for n in ("smtp-source", "smtp-sink"))
HERE = os.path.dirname(os.path.abspath(__file__))
USER, PASSWORD = "jspdevelop", "jsp123"  # whose maildrop is empty at the start


def more_files():
    """As many open files as the system allows: each connection is one."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def folder():
    """A new folder on the disk that is to be measured. It is removed at the end of all: making a file is slow for
    minutes where many were removed, since ext4 without a journal passes over every inode that was freed lately."""
    path = tempfile.mkdtemp(prefix="speed", dir=os.environ.get("SPEED_DIR"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def median(values):
    return statistics.median(values)


class Process:
    """A process that is looked at from outside."""

    def __init__(self, pid):
        self.pid = pid

    def cpu(self):
        """Seconds of CPU so far."""
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, what="VmRSS"):
        """Octets."""
        with open(f"/proc/{self.pid}/status") as f:
            return int(re.search(rf"{what}:\s+(\d+)", f.read())[1]) << 10


class Maillab(Process):
    """maillab serve with one listener of each service that is asked for."""

    def __init__(self, program, *services, data=None, users=(f"{USER}:{PASSWORD}",), prefix=()):
        args = [*prefix, program, "serve", "--max-mailbox", "100GiB", "--max-size", "200MiB"]
        args += ["--max-connections", "20000", "--max-connections-per-address", "20000"]
        for s in services:
            args += ["--" + s, "127.0.0.1:0"]
        for u in users:
            args += ["--user", u]
        if data:
            args += ["--data", data]
        self.process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        super().__init__(self.process.pid)
        self.ports = {}
        for line in self.process.stdout:
            if line.strip() == "READY":
                return
            name, _, address = line.strip().partition("=")
            self.ports[name] = int(address.rsplit(":", 1)[1])
        sys.exit("maillab did not start")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Sink(Process):
    """Postfix's smtp-sink, which throws mail away."""

    def __init__(self):
        port = free_port()
        self.process = subprocess.Popen([SINK, "-u", os.environ.get("SINK_USER", "nobody"), f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL)
        super().__init__(self.process.pid)
        self.ports = {"SMTP": port}
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                time.sleep(0.01)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Aiosmtpd(Process):
    """aiosmtpd with its Maildir handler, which syncs each mail, too (Debian: python3-aiosmtpd)."""

    def __init__(self):
        port = free_port()
        args = ["/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", folder() + "/box"]
        self.process = subprocess.Popen(args, stderr=subprocess.DEVNULL)
        super().__init__(self.process.pid)
        self.ports = {"SMTP": port}
        while self.process.poll() is None:
            try:
                return socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                time.sleep(0.01)
        sys.exit("aiosmtpd did not start: apt-get install python3-aiosmtpd")

    def close(self):
        self.process.terminate()
        self.process.wait()


def source(port, mails, *args):
    """Sends mails with smtp-source; returns the seconds it took."""
    began = time.monotonic()
    subprocess.run([SOURCE, *args, "-m", str(mails), "-f", "a@b.test", "-t", f"{USER}@lab.test", f"127.0.0.1:{port}"], check=True)
    return time.monotonic() - began


class POP3:
    """As little client as can be."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line()

    def line(self):
        data = b""
        while not data.endswith(b"\r\n"):
            data += self.socket.recv(1 << 16)
        return data

    def say(self, command, lines=False):
        """Sends a command and reads its answer, with lines up to the lone dot; returns the answer's octets and the milliseconds."""
        began = time.perf_counter()
        self.socket.sendall(command.encode() + b"\r\n")
        end, size, tail = (b"\r\n.\r\n" if lines else b"\r\n"), 0, b""
        while not tail.endswith(end):
            piece = self.socket.recv(1 << 18)
            if not piece:
                raise ConnectionError(command)
            if not size and not piece.startswith(b"+OK"):
                raise ValueError(piece)
            size += len(piece)
            tail = tail[-8:] + piece[-1024:]
        return size, 1000 * (time.perf_counter() - began)

    def log_in(self, user=USER, password=PASSWORD):
        return self.say("USER " + user)[1] + self.say("PASS " + password)[1]

    def close(self):
        self.socket.close()


class Dovecot:
    """The Dovecot of test/realservers, its processes reused; root."""

    def __init__(self):
        self.dir = folder()
        os.chmod(self.dir, 0o755)
        self.script = os.path.join(HERE, "..", "realservers", "realservers")
        out = subprocess.run([self.script, "start", self.dir], check=True, capture_output=True, text=True, env={**os.environ, "PATH": PATH}).stdout
        self.port = int(re.search(r"POP3=.*:(\d+)", out)[1])
        config = os.path.join(self.dir, "dovecot", "dovecot.conf")
        with open(config, "a") as f:
            f.write("service pop3-login {\n service_count = 0\n}\nservice pop3 {\n service_count = 1000\n process_min_avail = 2\n}\nmail_max_userip_connections = 1000\n")
        subprocess.run(["dovecot", "-c", config, "reload"], check=True, env={**os.environ, "PATH": PATH})
        time.sleep(1)

    def fill(self, count, octets, user):
        home = os.path.join(self.dir, "mail", user)
        fill_maildir(os.path.join(home, "Maildir"), count, octets)
        subprocess.run(["chown", "-R", "mail:mail", home], check=True)

    def close(self):
        subprocess.run([self.script, "stop", self.dir], check=True)


def fill_maildir(path, count, octets):
    """Writes a Maildir of so many mails, with names as maillab and Dovecot give them."""
    shutil.rmtree(path, ignore_errors=True)
    for sub in ("tmp", "new", "cur"):
        os.makedirs(os.path.join(path, sub))
    head = b"From: a@b.test\nTo: jspdevelop@lab.test\nSubject: mail\n\n"
    body = head + (b"x" * 69 + b"\n") * ((octets - len(head)) // 70)
    name = f"maillab,S={len(body)},W={len(body) + body.count(10)}"
    for i in range(count):
        with open(f"{path}/cur/{1700000000 + i}.M{i:09}.{name}:2,", "wb") as f:
            f.write(body)
