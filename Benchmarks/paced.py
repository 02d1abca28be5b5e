#!/usr/bin/env python3
"""What a request costs that comes alone: 200 a second, answers after 2 s, so that every arrival and every answer wakes a sleeping CPU.

    make build
    Benchmarks/paced.py                          rounds in turn, 3 minutes
    Benchmarks/paced.py --busy-poll 50           with SO_BUSY_POLL of 50 µs on the bare sockets as well

Beside sml-loadgen the same from libcurl in C (Tools/floor.c) and from bare sockets in C (Tools/sockets.c), which is the wall: one
write, one read, two wake-ups. CPU and switches are the kernel's account of the finished process, start and end included.
"""
import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, child, servers, tools  # noqa: E402
from harness.report import ranged, table  # noqa: E402
from harness.works import SHAPE, spread  # noqa: E402

RATE, USERS = SHAPE["rate"], SHAPE["preAllocatedVUs"]


def run(command):
    """User and system CPU in seconds, and how often the process slept."""
    process = child.start(command)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    return usage.ru_utime, usage.ru_stime, usage.ru_nvcsw


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--busy-poll", type=int, help="µs")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    options = parser.parse_args()
    count = RATE * options.seconds
    with tempfile.TemporaryDirectory() as home:
        build.tools(home)
        body, loadgen = tools.body_file(home), tools.Loadgen(options.binaries, home)

        def sockets(url, *more):
            return [os.path.join(home, "sockets"), url.rsplit(":", 1)[1], tools.PATH, body, str(USERS), str(count), str(RATE), *more]

        ways = {"sml-loadgen": lambda url: loadgen.command(url, {**SHAPE, "duration": f"{options.seconds}s"})[0],
                "libcurl in C": lambda url: [os.path.join(home, "floor"), url + tools.PATH, body, str(USERS), str(count), "http1", str(RATE)],
                "bare sockets in C": sockets}
        if options.busy_poll:
            ways[f"bare sockets in C, SO_BUSY_POLL {options.busy_poll} µs"] = lambda url: sockets(url, str(options.busy_poll))
        seen = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, way in ways.items():
                with servers.Responder(home, home, 2000) as server:
                    user, system, sleeps = run(way(server.url))
                seen[name].append(((user + system) / count * 1e6, user / count * 1e6, system / count * 1e6, sleeps / count))
    rows = [[name, *(ranged(spread(column)) for column in zip(*runs))] for name, runs in seen.items()]
    print(table(["", "CPU µs a request", "in user space", "in the kernel", "sleeps a request"], rows))


if __name__ == "__main__":
    main()
