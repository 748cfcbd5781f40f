#!/usr/bin/env python3
"""Measures the lab's SMTP server beside Postfix's smtp-sink, with smtp-source as the load.

    go build -o /tmp/maillab ./cmd/maillab && test/speed/servers.py /tmp/maillab [ROUNDS] [WORKLOAD...]

Needs smtp-source and smtp-sink (Debian: postfix; no Postfix has to run). For each workload a fresh server of
each kind gets the same load, in an order that rotates; printed are medians and their ratios. Mails go to a
mailbox that takes any amount. smtp-sink throws them away; maillab keeps them.
"""
import os, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

SOURCE, SINK = (shutil.which(n, path=os.environ["PATH"] + ":/usr/sbin") for n in ("smtp-source", "smtp-sink"))
WORKLOADS = {  # name: (mails, arguments of smtp-source)
    "one mail a connection": (20000, ["-s", "20", "-l", "4096"]),
    "many a connection": (20000, ["-s", "20", "-l", "4096", "-d"]),
    "1 MiB bodies": (600, ["-s", "20", "-l", str(1 << 20), "-d"]),
    "one session": (5000, ["-s", "1", "-l", "4096", "-d"]),
    "100 sessions": (20000, ["-s", "100", "-l", "4096", "-d"]),
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """One server process, from start to end."""

    def __init__(self, kind, maillab):
        self.kind, self.data, port = kind, None, free_port()
        if kind == "smtp-sink":
            args = [SINK, "-u", os.environ.get("SINK_USER", "nobody"), f"127.0.0.1:{port}", "1000"]
        else:
            args = [maillab, "serve", "--smtp", f"127.0.0.1:{port}", "--user", "fpwjp:x", "--max-mailbox", "100GiB", "--max-connections-per-address", "500"]
            if kind == "maillab --data":
                self.data = tempfile.mkdtemp(dir=os.environ.get("SPEED_DIR"))
                args += ["--data", self.data]
        self.addr = f"127.0.0.1:{port}"
        self.process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    sys.exit(f"{kind} did not start")
                time.sleep(0.01)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        if self.data:
            shutil.rmtree(self.data)


def run(kind, maillab, mails, args):
    """Returns mails a second and the server's CPU milliseconds a mail."""
    server = Server(kind, maillab)
    try:
        before, began = server.cpu(), time.monotonic()
        subprocess.run([SOURCE, *args, "-m", str(mails), "-f", "a@b.test", "-t", "fpwjp@lab.test", server.addr], check=True)
        took = time.monotonic() - began
        return mails / took, 1000 * (server.cpu() - before) / mails
    finally:
        server.close()


def main():
    if not SOURCE or not SINK or len(sys.argv) < 2:
        sys.exit(__doc__)
    maillab, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    kinds = ["smtp-sink", "maillab", "maillab --data"]
    print(f"{'workload':24}{'server':16}{'mails/s':>9}{'ratio':>7}{'CPU ms/mail':>13}{'ratio':>7}")
    for name, (mails, args) in WORKLOADS.items():
        if sys.argv[3:] and name not in sys.argv[3:]:
            continue
        results = {k: [] for k in kinds}
        for i in range(rounds):
            for k in kinds[i % 3:] + kinds[:i % 3]:
                results[k].append(run(k, maillab, mails, args))
        sink_rate, sink_cpu = (statistics.median(r[i] for r in results["smtp-sink"]) for i in (0, 1))
        for k in kinds:
            rate, cpu = (statistics.median(r[i] for r in results[k]) for i in (0, 1))
            print(f"{name:24}{k:16}{rate:9.0f}{rate / sink_rate:7.2f}{cpu:13.3f}{cpu / sink_cpu:7.2f}", flush=True)


main()
