#!/usr/bin/env python3
"""The clients that others measure LLM servers with, beside sml-loadgen, on the endpoint whose log says what was true.

    make bench-llm                                       all that can be had; takes Locust, AIPerf and inference-perf from PyPI
    Benchmarks/llm.py requests --seconds 20              whole answers: open loop and closed loop
    Benchmarks/llm.py streams --rates 10,100 aiperf      streams, of one client

Each client is looked for in a virtual environment of its own, by default .build/llm/NAME, and hey on PATH:

    python3 -m venv .build/llm/guidellm && .build/llm/guidellm/bin/pip install guidellm      also: vllm; both bring PyTorch

One that is not there is said to be absent. All ask for the same: answers of 64 tokens, from an
endpoint with lognormal times to the first token around 100 ms and 10 ms a token.

requests  20, 200 and 1,000 a second, then 64 and 1,000 users who ask again at once. What each prints as its latencies, against the log.
streams   10, 100 and 500 a second. What each prints as its time to the first token, against the log.

CPU is what the client's processes took from the first request to the last answer, by request or chunk; memory the largest sum of what
they held (proportional set size). Lateness is by the log: arrivals against the schedule, laid on the least late of them. No model
is loaded: their tokenizer is one of 40 words, made here.
"""
import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import child, clients  # noqa: E402
from harness.report import number, table  # noqa: E402
from harness.works import quantile  # noqa: E402
from streams import Endpoint  # noqa: E402

# Of the endpoint's answers, in seconds: 100 ms and 64 tokens.
ANSWER = 0.74


class Watch:
    """CPU and memory of a process and all that descend from it, looked at twenty times a second."""

    def __init__(self, pid):
        self.pid, self.seen, self.peak, self.ended, self.known = pid, [], 0, threading.Event(), {}
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self):
        turn = 0
        while not self.ended.wait(0.05):
            members = list(self._tree(self.pid))
            for member in members:
                with contextlib.suppress(OSError):
                    with open(f"/proc/{member}/stat") as file:
                        fields = file.read().rpartition(")")[2].split()
                    self.known[member] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            self.seen.append((time.monotonic_ns(), sum(self.known.values())))
            if turn % 10 == 0:
                self.peak = max(self.peak, sum(map(self._held, members)))
            turn += 1

    @staticmethod
    def _tree(pid):
        yield pid
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    for found in file.read().split():
                        yield from Watch._tree(int(found))

    @staticmethod
    def _held(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/smaps_rollup") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
        return 0

    def cpu(self, begin, end):
        """Seconds of CPU between two instants."""
        at = lambda instant: max((cpu for when, cpu in self.seen if when <= instant), default=0)  # noqa: E731
        return at(end) - at(begin)

    def end(self):
        self.ended.set()
        self.thread.join()


class Run:
    """One client at one load: what the endpoint's log and the kernel say of it."""

    def __init__(self, bench, client, work, size, command):
        self.out = os.path.join(bench.home, f"{client.name}-{work}-" + "".join(filter(str.isalnum, size)))
        # As many tokens to who asks for no number.
        with Endpoint(bench, "--output-tokens", str(clients.TOKENS), "--model", "m", "--ttft", "lognormal(100ms,0.3)", "--time-per-token", "10ms", "--seed", "7") as endpoint:
            with open(self.out + ".log", "w") as log:
                self.began = time.monotonic_ns()
                # Nothing is asked of a hub: there is none to be reached, and no model.
                process = subprocess.Popen(command(endpoint.url, self.out), stdout=log, stderr=log, preexec_fn=child.pin(child.TOOL_CPU),
                                           cwd=bench.home, env={**os.environ, "DO_NOT_TRACK": "1", "NO_COLOR": "1"})
                self.watch = Watch(process.pid)
                try:
                    self.failure = process.wait(bench.limit) or None
                except subprocess.TimeoutExpired:
                    process.terminate()
                    process.wait(30)
                    self.failure = f"not over after {bench.limit} s"
                self.watch.end()
        # By arrival. In front may be requests by which a client looks whether the server is there.
        self.rows = sorted(endpoint.rows, key=lambda row: int(row["arrival_ns"]))
        if self.failure is None and len(self.rows) < 2:
            self.failure = "no request was answered"
        if self.failure is not None:
            with open(self.out + ".log") as log:
                print(log.read()[-1500:], file=sys.stderr)

    def keep(self, count):
        self.rows = self.rows[-count:]

    def times(self, column):
        return [(int(row[column]) - int(row["arrival_ns"])) / 1e6 for row in self.rows]

    @property
    def first(self):
        return int(self.rows[0]["arrival_ns"])

    @property
    def last(self):
        return max(int(row["departure_ns"]) for row in self.rows)

    @property
    def rate(self):
        return (len(self.rows) - 1) / ((int(self.rows[-1]["arrival_ns"]) - self.first) / 1e9)

    @property
    def cpu(self):
        """Seconds."""
        return self.watch.cpu(self.first, self.last)

    def lateness(self, rate):
        """Milliseconds."""
        late = [(int(row["arrival_ns"]) - index * 1e9 / rate) / 1e6 for index, row in enumerate(self.rows)]
        return [value - min(late) for value in late]


def errors(truth, seen):
    return [f"{quantile(truth, 50):.1f}", f"{seen[0] - quantile(truth, 50):+.2f}", f"{quantile(truth, 99):.1f}",
            f"{seen[1] - quantile(truth, 99):+.2f}"]


def streams(bench, client, _):
    for rate in map(int, bench.rates.split(",")):
        count = rate * bench.seconds
        run = Run(bench, client, "streams", f"{rate}/s", lambda url, out: client.streams(url, rate, count, out))
        run.keep(count)
        if run.failure is not None:
            yield [client.name, f"{rate}", f"failed ({run.failure})", *["–"] * 7]
            continue
        chunks = sum(int(row["chunks"]) for row in run.rows)
        yield [client.name, f"{rate}", f"{run.rate:.1f}", *errors(run.times("first_token_ns"), client.ttft(run.out)),
               number(run.cpu / chunks * 1e6), number(run.cpu / ((run.last - run.first) / 1e9) * 100) + " %", number(run.watch.peak)]


def requests(bench, client, sizes):
    for is_open, size in sizes:
        load = clients.Load(is_open, size, bench.seconds, ANSWER)
        run = Run(bench, client, "requests", load.name, lambda url, out: client.requests(url, load, out))
        if is_open:
            run.keep(load.count)
        if run.failure is not None:
            yield [client.name, load.name, f"failed ({run.failure})", *["–"] * 8]
            continue
        late = run.lateness(size) if is_open else None
        yield [client.name, load.name, f"{len(run.rows):,}, {number(run.rate)}/s", *errors(run.times("departure_ns"), client.latency(run.out)),
               f"{quantile(late, 50):.2f} / {quantile(late, 99):.2f}" if late else "–", number(run.cpu / len(run.rows) * 1e6),
               number(run.watch.peak), f"{(run.first - run.began) / 1e9:.2f}"]


HEADS = {
    "requests": ["client", "load", "requests", "p50 of the log, ms", "client's error, ms", "p99 of the log, ms", "client's error, ms",
                 "late by the log, p50 / p99, ms", "CPU µs a request", "peak memory, MiB", "start to first request, s"],
    "streams": ["client", "streams/s asked", "sent", "TTFT p50 of the log, ms", "client's error, ms", "p99 of the log, ms",
                "client's error, ms", "CPU µs a chunk", "CPU", "peak memory, MiB"],
}
WORKS = {"requests": requests, "streams": streams}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=[*WORKS, *clients.ALL, []], help="works and clients (default: all)")
    parser.add_argument("--install", action="store_true", help="what is not there, from PyPI, but for what brings PyTorch")
    parser.add_argument("--rates", default="10,100,500", help="streams/s (default 10,100,500)")
    parser.add_argument("--arrivals", default="20,200,1000", help="requests/s (default 20,200,1000)")
    parser.add_argument("--users", default="64,1000", help="users of the closed loop (default 64,1000)")
    parser.add_argument("--seconds", type=int, default=10, help="length of a run's plan (default 10)")
    parser.add_argument("--limit", type=int, default=120, help="seconds after which a client is ended (default 120)")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    parser.add_argument("--environments", default=os.path.join(HERE, "..", ".build", "llm"))
    options = parser.parse_args()
    child.raise_descriptor_limit()
    sizes = [(True, int(rate)) for rate in options.arrivals.split(",") if rate] + [(False, int(users)) for users in options.users.split(",") if users]
    chosen = [name for name in clients.ALL if name in options.what] or list(clients.ALL)
    absent = []
    with tempfile.TemporaryDirectory() as home:
        bench = SimpleNamespace(home=home, **vars(options))
        for client in (clients.ALL[name](bench) for name in chosen):
            if options.install and not client.is_there and client.is_small:
                print(f"installing {client.name} ...", file=sys.stderr)
                client.install()
        for work in [name for name in WORKS if name in options.what] or list(WORKS):
            rows = []
            for client in (clients.ALL[name](bench) for name in chosen):
                if not client.is_there:
                    absent.append(client.name)
                elif hasattr(client, work):
                    print(f"{work}: {client.name} {client.version} ...", file=sys.stderr)
                    for row in WORKS[work](bench, client, sizes):
                        rows.append(row)
                        print("    " + " | ".join(row), file=sys.stderr)
            print(table(HEADS[work], rows) + "\n")
    if absent:
        print(f"Not installed: {', '.join(dict.fromkeys(absent))}.")


if __name__ == "__main__":
    main()
