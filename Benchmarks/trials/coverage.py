#!/usr/bin/env python3
"""How often the intervals of real runs hold the truth, which is one run twenty times as long against the same server.

The endpoint answers in batches of at most 8 and is loaded to 85 %, by random arrivals of another seed each time.

  make build
  Benchmarks/trials/coverage.py                # 40 runs of 60 s and one of 1,200 s: an hour
  Benchmarks/trials/coverage.py 8 20 debug     # a look: 8 runs of 20 s and one of 400 s, with debug programs
"""
import shutil, sys, tempfile

from common import Endpoint, Run, open_loop

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 40
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
BUILD = sys.argv[3] if len(sys.argv) > 3 else "release"
# 64 tokens: 180 ms of one of 8 places, hence 44 a second at most.
ENDPOINT = ["--ttft", "lognormal(100ms,0.3)", "--time-per-token", "lognormal(1ms,0.2)", "--max-batch", "8"]
RATE = 37


def figures(seconds, seed, home):
    endpoint = Endpoint(BUILD, ENDPOINT + ["--seed", str(seed)], home)
    try:
        summary = Run(BUILD, endpoint.url, open_loop(RATE, seconds), home).summary()
    finally:
        endpoint.stop()
    return summary["windows"]["steady"]["latency_ms"], summary["verdict"]["level"]


def main():
    home = tempfile.mkdtemp()
    truth, verdict = figures(20 * SECONDS, 1, home)
    print(f"truth, of one run of {20 * SECONDS} s ({verdict}): " + ", ".join(f"{p} {truth[p]['value']:.0f} ms" for p in truth))
    printed, covered, verdicts = dict.fromkeys(truth, 0), dict.fromkeys(truth, 0), {}
    for run in range(RUNS):
        found, verdict = figures(SECONDS, run + 2, home)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        for p in truth:
            if found[p]["no_interval"]:
                continue
            low, high = found[p]["low"], found[p]["high"]
            printed[p] += 1
            covered[p] += (low is None or low <= truth[p]["value"]) and (high is None or truth[p]["value"] <= high)
        print(f"{run + 1}: {verdict}, p95 {found['p95']['value']:.0f} ms ({found['p95']['low']}–{found['p95']['high']})", flush=True)
    shutil.rmtree(home)
    print(f"\n{verdicts}\n\n| | intervals printed, of {RUNS} | hold the truth |\n| --- | --- | --- |")
    for p in truth:
        print(f"| {p} | {printed[p]} | {covered[p]} |")


main()
