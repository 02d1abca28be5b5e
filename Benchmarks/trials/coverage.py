#!/usr/bin/env python3
"""How often the intervals of real runs hold the truth, which is one run twenty times as long against the same server.

The endpoint answers in batches of at most 8 and is loaded to 85 %, by random arrivals of another seed each time. The truth is what the
long run's own summary says of its steady window.

  make build
  Benchmarks/trials/coverage.py                               # 40 runs of 60 s, five at once, beside one of 1,200 s: 20 minutes
  Benchmarks/trials/coverage.py --runs 8 --seconds 20         # a look, 7 minutes
  Benchmarks/trials/coverage.py --runs 24 --seconds 300 --at-once 12 --truth-seconds 1200
"""
import concurrent.futures, shutil, tempfile

from common import Endpoint, Run, each, keep, open_loop, options

# 64 tokens: 104.6 + 65.3 ms in one of 8 places, hence 47.1 a second at most.
ENDPOINT = ["--ttft", "lognormal(100ms,0.3)", "--time-per-token", "lognormal(1ms,0.2)", "--output-tokens", "64", "--max-batch", "8"]
RATE = 40


def main():
    parser = options(__doc__, 40, 60, 5)
    parser.add_argument("--truth-seconds", type=int, help="length of the run that is the truth (default: 20 times the others')")
    asked = parser.parse_args()
    home = tempfile.mkdtemp()

    def run(seed, seconds):
        endpoint = Endpoint(asked.programs, [*ENDPOINT, "--seed", str(seed)], home, asked.cpu)
        try:
            summary = Run(asked.programs, endpoint.url, open_loop(RATE, seconds, seed), home, asked.cpu).summary()
        finally:
            endpoint.stop()
        keep(asked.keep, {"seed": seed, "seconds": seconds, "windows": summary["windows"], "verdict": summary["verdict"]})
        return summary

    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        long = beside.submit(run, 1, asked.truth_seconds or 20 * asked.seconds)
        runs = list(each(lambda seed: run(seed, asked.seconds), range(2, asked.runs + 2), asked.at_once))
        long = long.result()
    shutil.rmtree(home)
    verdicts = {}
    for one in [long, *runs]:
        verdicts[one["verdict"]["level"]] = verdicts.get(one["verdict"]["level"], 0) + 1
    print(f"{verdicts}, overloaded: {sum(one['windows']['overloaded'] is not None for one in runs)}\n")
    print(f"| | truth, ms | the {asked.runs} runs said, ms | intervals printed | hold the truth |\n| --- | --- | --- | --- | --- |")
    for p, of_long in long["windows"]["steady"]["latency_ms"].items():
        found = [one["windows"]["steady"]["latency_ms"][p] for one in runs]
        printed = [one for one in found if not one["no_interval"]]
        held = [one for one in printed if (one["low"] is None or one["low"] <= of_long["value"])
                and (one["high"] is None or of_long["value"] <= one["high"])]
        values = [one["value"] for one in found]
        print(f"| {p} | {of_long['value']:.0f} | {min(values):.0f}–{max(values):.0f} | {len(printed)} | {len(held)} |")


main()
