"""Sends a file under TLS: HOST PORT starttls|implicit CA MECHANISM USER PASSWORD FROM TO FILE"""
import smtplib
import ssl
import sys

host, port, begins, ca, mechanism, user, password, sender, recipient, file = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if begins == "implicit":
    s = smtplib.SMTP_SSL(host, int(port), "client.lab.test", timeout=30, context=context)
else:
    s = smtplib.SMTP(host, int(port), "client.lab.test", timeout=30)
    s.starttls(context=context)
with open(file, "rb") as f, s:
    s.user, s.password = user, password
    s.ehlo()
    s.auth(mechanism, getattr(s, "auth_" + mechanism.lower().replace("-", "_")))
    s.sendmail(sender, [recipient], f.read())
