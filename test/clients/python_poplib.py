"""Stores every message in DIR: HOST PORT USER|APOP USER PASSWORD DIR"""
import poplib
import sys

poplib._MAXLINE = 100_000  # its own limit of 2048 octets is about replies, not about mail
host, port, mechanism, user, password, folder = sys.argv[1:]
p = poplib.POP3(host, int(port), timeout=30)
if mechanism == "APOP":
    p.apop(user, password)
else:
    p.user(user)
    p.pass_(password)
count, octets = p.stat()
assert octets == sum(int(line.split()[1]) for line in p.list()[1]), "STAT and LIST disagree"
assert len(set(line.split()[1] for line in p.uidl()[1])) == count, "UIDL repeats itself"
for n in range(1, count + 1):
    _, lines, _ = p.retr(n)
    message = b"".join(line + b"\r\n" for line in lines)
    assert len(message) == int(p.list(n).split()[2]), "LIST and RETR disagree"
    with open("%s/%03d" % (folder, n), "wb") as f:
        f.write(message)
p.quit()
