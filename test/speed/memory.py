"""Memory: idle connections, kept mails, and a mail of 100 MiB with --data."""
import hashlib, random, socket, sys, time

from lab import PASSWORD, POP3, USER, Maillab, folder, more_files, source

BIG = 100 << 20


def answer(c):
    data = b""
    while not data.endswith(b"\r\n"):
        data += c.recv(4096)
    return data


def connect(port, *lines):
    c = socket.create_connection(("127.0.0.1", port))
    answer(c)
    for line in lines:
        c.sendall(line.encode() + b"\r\n")
        answer(c)
    return c


def idle(program, rounds):
    """KiB of the server for each session that has said EHLO, or logged in, and waits."""
    many = min(10_000, more_files() - 200)
    for service, count, users in ("smtp", many, []), ("pop3", 1000, [f"u{i}:x" for i in range(1000)]):
        server = Maillab(program, service, users=users or [f"{USER}:{PASSWORD}"])
        port = server.ports[service.upper()]
        lines = (lambda i: ["EHLO x"]) if service == "smtp" else (lambda i: [f"USER u{i}", "PASS x"])
        open_ones = [connect(port, *lines(0))]
        before = server.memory()
        open_ones += [connect(port, *lines(i)) for i in range(1, count)]
        time.sleep(1)
        print(f"{count} idle {service} sessions: {(server.memory() - before) / (count - 1) / 1024:.1f} KiB each", flush=True)
        for c in open_ones:
            c.close()
        server.close()


def kept(program, rounds):
    """Memory for each octet of mail that is kept."""
    for mails, octets, args in (20000, 4096, ["-d"]), (20000, 4096, []), (200, 1 << 20, ["-d"]):
        server = Maillab(program, "smtp", "pop3")
        before = server.memory()
        source(server.ports["SMTP"], mails, "-s", "20", "-l", str(octets), *args)
        after = server.memory()
        c = POP3(server.ports["POP3"])
        c.log_in()
        c.socket.sendall(b"STAT\r\n")
        there = int(c.line().split()[2])
        c.close()
        how = "many a connection" if args else "one a connection"
        print(f"{mails} mails of {octets} octets, {how}: {(after - before) / there:.2f} octets of memory for each of theirs", flush=True)
        server.close()


def big(program, rounds):
    """The most memory a server with --data ever had, before and after a mail of 100 MiB has come and gone."""
    data = folder()
    server = Maillab(program, "smtp", "pop3", data=data)
    try:
        line = random.Random(1).randbytes(54).hex().encode()[:76] + b"\r\n"
        content = b"Subject: big\r\n\r\n" + line * (BIG // len(line))
        peaks = [server.memory("VmHWM")]
        c = connect(server.ports["SMTP"], "EHLO x", "MAIL FROM:<a@b.test>", f"RCPT TO:<{USER}@lab.test>", "DATA")
        c.sendall(content + b".\r\n")
        if not (said := answer(c)).startswith(b"250"):
            sys.exit(said)
        peaks.append(server.memory("VmHWM"))
        p = POP3(server.ports["POP3"])
        p.log_in()
        p.socket.sendall(b"RETR 1\r\n")
        digest, got, tail = hashlib.sha256(), b"", b""
        while not tail.endswith(b"\r\n.\r\n"):
            piece = p.socket.recv(1 << 20)
            got += piece if len(got) < 4096 else b""
            tail = (tail + piece)[-5:]
            digest.update(piece)
        head = got[got.index(b"\r\n") + 2:got.index(b"Subject: big")]
        want = hashlib.sha256(got[:got.index(b"\r\n") + 2] + head + content + b".\r\n")
        peaks.append(server.memory("VmHWM"))
        same = "octet for octet the same" if want.digest() == digest.digest() else "NOT THE SAME"
        print("100 MiB with --data: peak of {:.1f} MiB before, {:.1f} when it is taken in, {:.1f} when it is fetched, {}".format(*(x / (1 << 20) for x in peaks), same))
    finally:
        server.close()
