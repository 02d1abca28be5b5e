#!/usr/bin/env python3
"""How late requests start where the generator's CPU is its own and where somebody's busy loop is on it, with `--realtime` and without.

    make build
    Benchmarks/lateness.py                            four rates, everything on each, three rounds in turn (12 minutes)
    Benchmarks/lateness.py --rates 1000 --rounds 1

A constant arrival rate, answers after 20 ms, the server on the other CPU. By the records: handed to libcurl, against the schedule.
By the server: first byte read, against the schedule laid on the least late arrival. Where this user may have no real-time priority
(`chrt -f 1 true` fails) the rows with it are left out.
"""
import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, child, servers, tools  # noqa: E402
from harness.report import number, table  # noqa: E402
from harness.works import exported, paced, quantile, seconds_at, seen_by, spread  # noqa: E402


@contextlib.contextmanager
def busy_loop(there):
    """Somebody else's work on the generator's CPU."""
    if not there:
        yield
        return
    process = subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=child.pin(child.TOOL_CPU))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def once(bench, rate, is_busy, is_realtime):
    """Quantiles in µs, by the records and by the server."""
    with servers.Responder(bench.home, bench.home, 20) as server, busy_loop(is_busy):
        command, _ = bench.loadgen.command(server.url, {**paced(rate), "duration": f"{bench.seconds or seconds_at(rate)}s"})
        records = os.path.join(bench.home, "late.smlrec")
        child.run([*command, "--records", records, *(["--realtime"] if is_realtime else [])])
    ours = [(int(row["started_ns"]) - int(row["scheduled_ns"])) / 1e3 for row in exported(bench, records)]
    os.unlink(records)
    theirs = seen_by(server, rate)
    return [quantile(seen, p) for seen in (ours, theirs) for p in (50, 99, 100)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", default="20,200,1000,5000", help="requests/s (default 20,200,1000,5000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, help="length of a run (default 10, below 200/s 20)")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    options = parser.parse_args()
    may = subprocess.run(["chrt", "-f", "1", "true"], stderr=subprocess.DEVNULL).returncode == 0
    ways = [(is_busy, is_realtime) for is_busy in (False, True) for is_realtime in ((False, True) if may else (False,))]
    rows = []
    with tempfile.TemporaryDirectory() as home:
        build.tools(home)
        bench = SimpleNamespace(home=home, loadgen=tools.Loadgen(options.binaries, home, 200), **vars(options))
        for rate in map(int, options.rates.split(",")):
            seen = {way: [] for way in ways}
            for _ in range(options.rounds):
                for way in ways:
                    seen[way].append(once(bench, rate, *way))
            for (is_busy, is_realtime), runs in seen.items():
                rows.append([f"{rate:,}/s", "a busy loop too" if is_busy else "nothing else", "yes" if is_realtime else "no",
                             *(number(spread(column)["median"]) for column in zip(*runs))])
                print(" | ".join(rows[-1]), file=sys.stderr)
    print(table(["rate", "on its CPU", "`--realtime`", "records p50, µs", "p99", "max", "server p50, µs", "p99", "max"], rows))


if __name__ == "__main__":
    main()
