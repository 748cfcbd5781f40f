#!/usr/bin/env python3
"""Measures the lab's servers beside well-known ones. What each part prints, its own words say.

    go build -o /tmp/maillab ./cmd/maillab && test/speed/servers.py /tmp/maillab [ROUNDS] [PART...]

Parts: {parts}. All of them without a name. Linux. Needs smtp-source and smtp-sink
(Debian: postfix; no Postfix has to run), strace and python3-aiosmtpd for `disk`, and for `pop3` and `maildrop` root and what
`test/realservers/realservers install` installs. Fresh servers take turns, the order rotates, figures are medians.
SPEED_DIR names a folder on the disk to be measured.
"""
import sys

import memory, pop3, smtp
from lab import SINK, SOURCE

PARTS = [smtp.smtp, smtp.sessions, smtp.disk, pop3.pop3, pop3.maildrop, memory.idle, memory.kept, memory.big]


def main():
    names = {p.__name__: p for p in PARTS}
    if not SOURCE or not SINK or len(sys.argv) < 2 or set(sys.argv[3:]) - set(names):
        sys.exit(__doc__.format(parts=", ".join(names)))
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    for name in sys.argv[3:] or names:
        print(f"\n== {name}: {names[name].__doc__}", flush=True)
        names[name](program, rounds)


main()
