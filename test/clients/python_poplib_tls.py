"""Fetches a mail under TLS: HOST PORT stls|implicit CA USER PASSWORD"""
import poplib
import ssl
import sys

host, port, begins, ca, user, password = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if begins == "implicit":
    p = poplib.POP3_SSL(host, int(port), timeout=30, context=context)
else:
    p = poplib.POP3(host, int(port), timeout=30)
    p.stls(context=context)
p.apop(user, password)
assert b"Subject: under TLS" in p.retr(1)[1]
p.quit()
