#!/usr/bin/env python3
"""What a slow start leaves of itself in the figures: of the full run, and of the window that the rule finds.

  slow start        services take three times as long at first and reach their final time after a quarter of the run
  short             twice as long, over a tenth of the run
  queue             three times as long over an eighth of the run, on a server of 8 places that is loaded to 74 % later: a queue
                    builds up first and has to be worked off
  cold cache        each prompt takes ten times as long to the first token when it comes for the first time, for a sixth of the run
  cold cache queue  the same on 8 places

The truth is the same endpoint without the slow start, under the same arrivals and with the same draws, in the same window: what is left
is the slow start's alone.

  make build
  Benchmarks/trials/windows.py                               # 4 runs of 120 s of each: 10 minutes
  Benchmarks/trials/windows.py --runs 1 --seconds 60         # a look
"""
import shutil, tempfile

from common import Endpoint, Run, each, inside, keep, open_loop, options, quantile


def kinds(seconds):
    """By name: options of both endpoints, those of the slow start, those of its truth, rate, prompts."""
    free = ["--ttft", "lognormal(100ms,0.3)", "--max-batch", "200"]
    full = ["--ttft", "lognormal(100ms,0.3)", "--max-batch", "8"]
    # As many prompts as come in a sixth of the run; then all are known.
    cache = lambda rate: ["--ttft", "lognormal(300ms,0.3)", "--cached-ttft", "lognormal(30ms,0.3)", "--prefix-cache", str(rate * seconds)]
    cached = ["--ttft", "lognormal(30ms,0.3)"]
    return {
        "slow start": (free, ["--warmup", f"3:{seconds // 4}s"], [], 20, 1000),
        "short": (free, ["--warmup", f"2:{seconds // 10}s"], [], 20, 1000),
        "queue": (full, ["--warmup", f"3:{seconds // 8}s"], [], 35, 1000),
        "cold cache": (["--max-batch", "200"], cache(20), cached, 20, 20 * seconds // 6),
        "cold cache queue": (["--max-batch", "8"], cache(30), cached, 30, 30 * seconds // 6),
    }


def main():
    asked = options(__doc__, 4, 120, 10).parse_args()
    home = tempfile.mkdtemp()

    def one(name, is_slow, seed):
        both, slow, truth, rate, prompts = kinds(asked.seconds)[name]
        endpoint = Endpoint(
            asked.programs, [*both, *(slow if is_slow else truth), "--time-per-token", "1ms", "--output-tokens", "64", "--seed", str(seed)],
            home, asked.cpu)
        try:
            summary = Run(asked.programs, endpoint.url, open_loop(rate, asked.seconds, seed), home, asked.cpu, prompts).summary()
        finally:
            rows = endpoint.stop()
        return (name, is_slow, seed), (summary, rows)

    cells = [(name, is_slow, seed) for name in kinds(asked.seconds) for seed in range(1, asked.runs + 1) for is_slow in (True, False)]
    found = dict(each(lambda cell: one(*cell), cells, asked.at_once))
    shutil.rmtree(home)
    print("| start | run | full run off by, p50 and p95, % | steady window off by, p50 and p95, % | its start, s | rule | verdict |\n"
          "| --- | --- | --- | --- | --- | --- | --- |")
    for name, is_slow, seed in cells:
        if not is_slow:
            continue
        (summary, _), (reference, rows) = found[name, True, seed], found[name, False, seed]
        offs = {}
        for window in ("full", "steady"):
            figures = summary["windows"][window]
            truth = inside(rows, reference, (figures["from_seconds"], figures["to_seconds"]))
            for p in (50, 95, 99):
                offs[f"{window} p{p}"] = figures["latency_ms"][f"p{p}"]["value"] / quantile(truth, p / 100) - 1
        steady = summary["windows"]["steady"]
        keep(asked.keep, {"kind": name, "seed": seed, "off": offs, "steady": steady, "overloaded": summary["windows"]["overloaded"],
                          "first_repeat": summary["windows"]["first_repeat_seconds"], "verdict": summary["verdict"]["level"]})
        shown = [", ".join(f"{100 * offs[f'{window} p{p}']:+.1f}" for p in (50, 95)) for window in ("full", "steady")]
        print(f"| {name} | {seed} | {shown[0]} | {shown[1]} | {steady['from_seconds']:.0f} | {steady['start']} | "
              f"{summary['verdict']['level']} |")


main()
