#!/usr/bin/env python3
"""The confusion matrix of the verdict: runs that are left alone and runs that are disturbed, against the endpoint's own log.

A run is wrong when the p95 of its steady window is more than 2 % from what the endpoint measured between the first byte of a request and
the last of its answer. Each disturbance in open and closed loop:

  quiet     nothing
  stop      the generator is stopped (SIGSTOP) for a tenth of the run
  cgroup    the generator has 11 % of a core (needs root and a writable cgroup; left out otherwise)
  busy      six busy loops beside it
  stalls    the generator is stopped for 50 ms every tenth of the run
  server    the server is stopped for a tenth of the run: its own fault, which the generator must not take

  make build
  Benchmarks/trials/verdict.py                  # 5 runs of 30 s of each: an hour
  Benchmarks/trials/verdict.py 1 10 debug       # a look: 1 run of 10 s of each, with debug programs
"""
import multiprocessing, os, shutil, signal, subprocess, sys, tempfile, time

from common import Endpoint, Run, closed_loop, open_loop, quantile

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 30
BUILD = sys.argv[3] if len(sys.argv) > 3 else "release"
ENDPOINT = ["--ttft", "lognormal(80ms,0.3)", "--time-per-token", "1ms", "--max-batch", "64"]


def spin():
    while True:
        pass


class Cgroup:
    """11 ms of each 100, of either version of cgroups."""

    def __init__(self):
        name = f"sml-trial-{os.getpid()}"
        first, second = f"/sys/fs/cgroup/cpu/{name}", f"/sys/fs/cgroup/{name}"
        self.path, self.files = (second, {"cpu.max": "11000 100000"}) if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else \
            (first, {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "11000"})
        os.mkdir(self.path)
        try:
            for file, text in self.files.items():
                with open(os.path.join(self.path, file), "w") as out:
                    out.write(text)
        except OSError:
            os.rmdir(self.path)
            raise

    def take(self, process):
        with open(os.path.join(self.path, "cgroup.procs"), "w") as out:
            out.write(str(process))

    def remove(self):
        os.rmdir(self.path)


def pause(process, seconds):
    os.kill(process, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(process, signal.SIGCONT)


def trial(kind, is_open, home):
    endpoint = Endpoint(BUILD, ENDPOINT, home)
    cgroup, loops = None, []
    try:
        scenario = open_loop(40, SECONDS) if is_open else closed_loop(8, SECONDS)
        run = Run(BUILD, endpoint.url, scenario, home)
        if kind == "cgroup":
            cgroup = Cgroup()
            cgroup.take(run.process.pid)
        if kind == "busy":
            loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(6)]
            for loop in loops:
                loop.start()
        if kind in ("stop", "server"):
            time.sleep(SECONDS / 2)
            pause(run.process.pid if kind == "stop" else endpoint.process.pid, SECONDS / 10)
        if kind == "stalls":
            for _ in range(9):
                time.sleep(SECONDS / 10 - 0.05)
                if run.process.poll() is None:
                    pause(run.process.pid, 0.05)
        summary = run.summary()
    finally:
        for loop in loops:
            loop.terminate()
            loop.join()
        rows = endpoint.stop()
        if cgroup:
            cgroup.remove()
    steady = summary["windows"]["steady"]
    origin = min(row["arrival_ns"] for row in rows)
    inside = [row["departure_ns"] - row["arrival_ns"] for row in rows
              if steady["from_seconds"] <= (row["arrival_ns"] - origin) / 1e9 < steady["to_seconds"]]
    truth, found = quantile(inside, 0.95) / 1e6, steady["latency_ms"]["p95"]["value"]
    verdict = summary["verdict"]
    return verdict["level"], found / truth - 1, (verdict["cause"] or {}).get("text", ""), [r["text"] for r in verdict["reasons"]][:1]


def main():
    kinds = ["quiet", "stop", "cgroup", "busy", "stalls", "server"]
    home, found = tempfile.mkdtemp(), []
    print("| disturbance | loop | verdict | p95 off by, % | first reason | cause |\n| --- | --- | --- | --- | --- | --- |")
    for kind in kinds:
        for is_open in (True, False):
            for _ in range(REPEATS):
                try:
                    level, off, cause, reasons = trial(kind, is_open, home)
                except OSError as error:
                    print(f"| {kind} | left out: {error} | | | | |")
                    break
                found.append((kind, level, off))
                print(f"| {kind} | {'open' if is_open else 'closed'} | {level} | {100 * off:.1f} | {' '.join(reasons)} | {cause} |", flush=True)
    shutil.rmtree(home)
    print("\n| | right | wrong (> 2 %) | largest error of p95, % |\n| --- | --- | --- | --- |")
    for level in ("VALID", "SUSPECT", "INVALID"):
        offs = [abs(off) for _, found_level, off in found if found_level == level]
        wrong = sum(off > 0.02 for off in offs)
        print(f"| {level} | {len(offs) - wrong} | {wrong} | {100 * max(offs, default=0):.1f} |")
    print(f"\nfalse INVALID of quiet runs: {sum(kind == 'quiet' and level == 'INVALID' for kind, level, _ in found)}")


main()
