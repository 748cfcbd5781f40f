"""Stores every message in DIR, fetched under TLS: HOST PORT stls|implicit CA USER|APOP USER PASSWORD DIR"""
import poplib
import ssl
import sys

host, port, begins, ca, mechanism, user, password, folder = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if begins == "implicit":
    p = poplib.POP3_SSL(host, int(port), timeout=30, context=context)
else:
    p = poplib.POP3(host, int(port), timeout=30)
    p.stls(context=context)
if mechanism == "APOP":
    p.apop(user, password)
else:
    p.user(user)
    p.pass_(password)
for n in range(1, p.stat()[0] + 1):
    with open(f"{folder}/{n:03d}", "wb") as out:
        out.writelines(line + b"\r\n" for line in p.retr(n)[1])
p.quit()
