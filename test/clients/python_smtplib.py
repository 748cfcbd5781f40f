"""Sends a file: HOST PORT MECHANISM USER PASSWORD FROM TO FILE"""
import smtplib
import sys

host, port, mechanism, user, password, sender, recipient, file = sys.argv[1:]
with open(file, "rb") as f, smtplib.SMTP(host, int(port), "client.lab.test", timeout=30) as s:
    s.user, s.password = user, password
    s.ehlo()
    s.auth(mechanism, getattr(s, "auth_" + mechanism.lower().replace("-", "_")))
    s.sendmail(sender, [recipient], f.read())
