"""Sends a file, with a login where that is offered: HOST PORT USER PASSWORD FROM TO FILE"""
import smtplib
import sys

host, port, user, password, sender, recipient, file = sys.argv[1:]
with smtplib.SMTP(host, int(port), "client.lab.test", timeout=30) as s, open(file, "rb") as f:
    s.ehlo()
    if s.has_extn("auth"):
        s.login(user, password)
    s.sendmail(sender, [recipient], f.read())
