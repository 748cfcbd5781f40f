"""SMTP: mails a second and CPU a mail, beside smtp-sink; what --data costs, and that it syncs."""
import os, re, shutil, subprocess, tempfile, threading, time

from lab import SOURCE, Aiosmtpd, Maillab, Sink, folder, median, source

WORKLOADS = {  # name: (mails, arguments of smtp-source)
    "one mail a connection": (20000, ["-s", "20", "-l", "4096"]),
    "many a connection": (20000, ["-s", "20", "-l", "4096", "-d"]),
    "1 MiB bodies": (600, ["-s", "20", "-l", str(1 << 20), "-d"]),
}
SESSIONS = {f"{n} sessions": (10000, ["-s", str(n), "-l", "4096", "-d"]) for n in (1, 10, 100)}


def run(kind, program, mails, args):
    """Mails a second and the server's CPU milliseconds a mail."""
    others = {"smtp-sink": Sink, "aiosmtpd": Aiosmtpd}
    server = others[kind]() if kind in others else Maillab(program, "smtp", data=folder() if kind == "--data" else None)
    try:
        source(server.ports["SMTP"], 100, *args)
        before = server.cpu()
        took = source(server.ports["SMTP"], mails, *args)
        return mails / took, 1000 * (server.cpu() - before) / mails
    finally:
        server.close()


def compare(program, rounds, workloads, kinds):
    print(f"{'workload':24}{'server':12}{'mails/s':>9}{'ratio':>7}{'CPU ms':>9}{'ratio':>7}")
    for name, (mails, args) in workloads.items():
        results = {k: [] for k in kinds}
        for i in range(rounds):
            for k in kinds[i % len(kinds):] + kinds[:i % len(kinds)]:
                results[k].append(run(k, program, mails, args))
        base = [median(r[i] for r in results[kinds[0]]) for i in (0, 1)]
        for k in kinds:
            rate, cpu = (median(r[i] for r in results[k]) for i in (0, 1))
            print(f"{name:24}{k:12}{rate:9.0f}{rate / base[0]:7.2f}{cpu:9.3f}{cpu / base[1]:7.2f}", flush=True)


def smtp(program, rounds):
    """Beside smtp-sink: 20 sessions, 4 KiB mails."""
    compare(program, rounds, WORKLOADS, ["smtp-sink", "memory"])


def sessions(program, rounds):
    """1, 10 and 100 sessions, beside smtp-sink."""
    compare(program, rounds, SESSIONS, ["smtp-sink", "memory"])


def disk(program, rounds):
    """--data beside memory, beside aiosmtpd's Maildir handler, and beside what this disk can do."""
    for name in "one mail a connection", "many a connection":
        results = {"memory": [], "--data": [], "aiosmtpd": [], "bare loop": []}
        for i in range(rounds):
            kinds = list(results)
            for kind in kinds[i % len(kinds):] + kinds[:i % len(kinds)]:
                mails = 1000 if kind == "aiosmtpd" else 5000
                results[kind].append(bare_loop(mails) if kind == "bare loop" else run(kind, program, mails, WORKLOADS[name][1])[0])
        rates = {k: median(v) for k, v in results.items()}
        for k, v in rates.items():
            print(f"{name:24}{k:12}{v:9.0f} mails/s {v / rates['memory']:7.2f} of memory", flush=True)
    synced(program)


def bare_loop(mails):
    """Mails a second of 20 threads that write, fsync, rename and fsync the folder, and do nothing else."""
    top = folder()
    for sub in ("tmp", "new"):
        os.mkdir(f"{top}/{sub}")
    octets = b"x" * 4400

    def deliver(first):
        for i in range(first, mails, 20):
            f = os.open(f"{top}/tmp/{i}", os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(f, octets)
            os.fsync(f)
            os.close(f)
            os.rename(f"{top}/tmp/{i}", f"{top}/new/{i}")
            d = os.open(f"{top}/new", os.O_RDONLY)
            os.fsync(d)
            os.close(d)

    threads = [threading.Thread(target=deliver, args=(i,)) for i in range(20)]
    began = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return mails / (time.monotonic() - began)


def synced(program):
    """Reads with strace that each mail's file was synced, alone or with all of its file system, then renamed, and then
    its folder fsynced before its 250 was written."""
    if not shutil.which("strace"):
        return print("no strace: not checked that mails are synced")
    mails, data = 300, folder()
    with tempfile.NamedTemporaryFile("r") as trace:
        calls = "openat,close,fsync,syncfs,rename,renameat,renameat2,write"
        server = Maillab(program, "smtp", data=data, prefix=("strace", "-f", "-qq", "-o", trace.name, "-s", "200", "-e", "trace=" + calls))
        try:
            source(server.ports["SMTP"], mails, "-s", "20", "-l", "4096")
        finally:
            children = subprocess.run(["ps", "--ppid", str(server.pid), "-o", "pid="], capture_output=True, text=True).stdout.split()
            subprocess.run(["kill", *children], check=True)
            server.process.wait()
        acknowledged, unsafe = check_trace(trace.read().splitlines())
    print(f"strace: {acknowledged} mails acknowledged, {unsafe} of them before file and folder were synced")


def whole_calls(lines):
    """Puts the halves of interrupted lines of strace together: (begin, end, call) by line number."""
    begun = {}
    for n, line in enumerate(lines):
        pid, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[pid] = (n, call[: -len("<unfinished ...>")].rstrip())
        elif m := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
            if pid in begun:
                at, head = begun.pop(pid)
                yield at, n, head + m[1]
        else:
            yield n, n, call


def check_trace(lines):
    """How many mails were acknowledged, and how many of those too early."""
    opened, written, synced_files, renamed, folder_syncs, said = {}, {}, {}, {}, [], []

    def path_of(fd):
        return opened.get(fd, ("", 0))[0]

    for begin, end, call in sorted(whole_calls(lines), key=lambda c: c[1]):
        if m := re.match(r'openat\(.*?"([^"]*)".*\) += (\d+)$', call):
            opened[m[2]] = (m[1], end)
        elif m := re.match(r"fsync\((\d+)\) += 0", call):
            path = path_of(m[1])
            if path.endswith("/new"):
                folder_syncs.append((begin, end))
            elif "/Maildir/tmp/" in path:
                synced_files.setdefault(os.path.basename(path), end)
        elif re.match(r"syncfs\(\d+\) += 0", call):
            for name, at in written.items():
                if at < begin:
                    synced_files.setdefault(name, end)
        elif m := re.match(r'rename\w*\(.*?"[^"]*/tmp/([^"]*)".*= 0', call):
            renamed[m[1].split(".")[1]] = (m[1], end)
        elif m := re.match(r"close\((\d+)\) += 0", call):
            # Its number may be another file's by the time that the call is seen to end.
            if m[1] in opened and opened[m[1]][1] < begin:
                del opened[m[1]]
        elif (m := re.match(r"write\((\d+), .* = \d+$", call)) and "/Maildir/tmp/" in path_of(m[1]):
            written[os.path.basename(path_of(m[1]))] = end
        elif m := re.match(r'write\(\d+, "250 2\.\d\.\d [^"]*?\b([0-9A-Z]{10})\b', call):
            said.append((m[1], begin))
    unsafe = 0
    for mail, at in said:
        name, moved = renamed.get(mail, ("", at + 1))
        file_safe = synced_files.get(name, at + 1) < moved
        unsafe += not (file_safe and any(moved < begin and end < at for begin, end in folder_syncs))
    return len(said), unsafe
