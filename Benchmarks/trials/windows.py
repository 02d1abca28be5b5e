#!/usr/bin/env python3
"""What a slow start leaves of itself in the figures: of the full run, and of the window that the rule finds.

The endpoint's services take three times as long at first and reach their final time after a quarter of the run; the truth is the same
endpoint without that, under the same arrivals.

  make build
  Benchmarks/trials/windows.py                # 5 runs of 120 s of each: 20 minutes
  Benchmarks/trials/windows.py 1 20 debug     # a look
"""
import random, shutil, sys, tempfile

from common import Endpoint, Run, open_loop

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 120
BUILD = sys.argv[3] if len(sys.argv) > 3 else "release"
ENDPOINT = ["--ttft", "lognormal(100ms,0.3)", "--time-per-token", "1ms", "--max-batch", "200"]


def windows(options, scenario, home):
    endpoint = Endpoint(BUILD, ENDPOINT + options, home)
    try:
        return Run(BUILD, endpoint.url, scenario, home).summary()["windows"]
    finally:
        endpoint.stop()


def main():
    home = tempfile.mkdtemp()
    print("| run | p95 without slow start, ms | full run off by, % | steady window off by, % | its start, s | rule |")
    print("| --- | --- | --- | --- | --- | --- |")
    for run in range(RUNS):
        random.seed(run)
        scenario = open_loop(20, SECONDS)
        truth = windows([], scenario, home)["steady"]["latency_ms"]["p95"]["value"]
        slow = windows(["--warmup", f"3:{SECONDS // 4}s"], scenario, home)
        full, steady = slow["full"]["latency_ms"]["p95"]["value"], slow["steady"]
        print(f"| {run + 1} | {truth:.0f} | {100 * (full / truth - 1):.1f} | {100 * (steady['latency_ms']['p95']['value'] / truth - 1):.1f} "
              f"| {steady['from_seconds']:.0f} | {steady['start']} |", flush=True)
    shutil.rmtree(home)


main()
