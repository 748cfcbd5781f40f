"""POP3 beside Dovecot: whole sessions a second, and maildrops of 10, 1,000 and 100,000."""
import multiprocessing, os, time

from lab import PASSWORD, POP3, USER, Dovecot, Maillab, fill_maildir, folder, median, source

USERS = [(USER, PASSWORD), ("fpwjp", "fpw123")]
SECONDS = 3
COUNTS = (10, 1000, 100_000)


def session(port, user, password):
    """USER PASS STAT LIST UIDL RETR QUIT, each after the answer to the one before."""
    c = POP3(port)
    c.log_in(user, password)
    c.say("STAT")
    c.say("LIST", True)
    c.say("UIDL", True)
    c.say("RETR 1", True)
    c.say("QUIT")
    c.close()


def client(port, account, out):
    until, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        session(port, *account)
        count += 1
    out.put(count)


def rate(port):
    """Sessions a second of two clients, each with a maildrop of its own."""
    out = multiprocessing.Queue()
    clients = [multiprocessing.Process(target=client, args=(port, a, out)) for a in USERS]
    for c in clients:
        c.start()
    total = sum(out.get() for _ in clients)
    for c in clients:
        c.join()
    return total / SECONDS


def pop3(program, rounds):
    """Whole sessions a second: maildrops of ten mails of 1 KB."""
    data = folder()
    for user, _ in USERS:
        fill_maildir(f"{data}/{user}/Maildir", 10, 1000)
    dovecot, server = Dovecot(), Maillab(program, "pop3", data=data, users=[":".join(u) for u in USERS])
    try:
        for user, _ in USERS:
            dovecot.fill(10, 1000, user)
        rates = {"Dovecot": [], "maillab --data": []}
        for _ in range(rounds):
            rates["Dovecot"].append(rate(dovecot.port))
            rates["maillab --data"].append(rate(server.ports["POP3"]))
    finally:
        server.close()
        dovecot.close()
    for name, values in rates.items():
        print(f"{name:16}{median(values):8.0f} sessions/s{median(values) / median(rates['Dovecot']):7.2f}")


def maildrop(program, rounds):
    """Milliseconds of each command; of several sessions the median, and the first."""
    print(f"{'server':16}{'mails':>8}{'first login':>13}{'login':>9}{'STAT':>9}{'LIST':>9}{'UIDL':>9}")
    dovecot = Dovecot()
    try:
        for count in COUNTS:
            dovecot.fill(count, 200, USER)
            look("Dovecot", dovecot.port, count, rounds)
    finally:
        dovecot.close()
    for count in COUNTS:
        data = folder()
        fill_maildir(f"{data}/{USER}/Maildir", count, 200)
        time.sleep(2.1)  # a folder that changed just now is read again at each login
        server = Maillab(program, "pop3", data=data)
        try:
            look("maillab --data", server.ports["POP3"], count, rounds)
        finally:
            server.close()
    for count in COUNTS:
        server = Maillab(program, "smtp", "pop3")
        try:
            source(server.ports["SMTP"], count, "-s", "10" if count > 100 else "1", "-l", "200", "-d")
            look("maillab", server.ports["POP3"], count, rounds)
        finally:
            server.close()


def look(name, port, count, rounds):
    rows = []
    for _ in range(rounds + 1):
        c = POP3(port)
        login = c.log_in()
        c.socket.sendall(b"STAT\r\n")
        if (there := int(c.line().split()[1])) != count:
            raise ValueError(f"{name}: {there} mails, not {count}")
        row = [login] + [c.say(*command)[1] for command in (("STAT",), ("LIST", True), ("UIDL", True))]
        c.say("QUIT")
        c.close()
        rows.append(row)
    medians = [median(r[i] for r in rows[1:]) for i in range(4)]
    print(f"{name:16}{count:8}{rows[0][0]:13.2f}" + "".join(f"{m:9.2f}" for m in medians), flush=True)
