#!/usr/bin/env python3
"""Searches for the capacity of an endpoint whose true capacity is known, and beside them what their own probes alone would have claimed.

The endpoint has 8 places (or --places), first in, first out, and Poisson arrivals: M/G/8. The highest rate at which p95 is below the objective is
computed by a simulation of that queue. Latencies, probes and confirmations are a 1/SCALE of what they are in use, rates SCALE times as
high, so that a search takes minutes. The bisection by point estimates is that of the same searches: the highest load that met the
objective in a probe.

  make build
  Benchmarks/trials/capacity.py                                 # 22 searches at once: 25 minutes at most
  Benchmarks/trials/capacity.py --runs 4 --scale 10             # a look
  Benchmarks/trials/capacity.py --guard --runs 50 --at-once 4   # half load never ends a probe early, four times the load does
"""
import heapq, json, math, os, random, shutil, subprocess, tempfile

from common import Endpoint, each, keep, options, pinned, quantile

# As it is before it is scaled: 64 tokens, 104.6 + 65.3 ms in a place, hence 5.88 a second and place at most.
MOST, OBJECTIVE, PERCENTILE = 5.88, 360, 95
PROBE, CONFIRM, LONGEST = 75, 600, 7_200


def latencies(rate, seconds, draw, places):
    """Instants and latencies (ms) of a simulated run."""
    free, found, now = [0.0] * places, [], 0.0
    while True:
        now += draw.expovariate(rate)
        if now >= seconds:
            return found
        service = 0.1 * math.exp(0.3 * draw.gauss(0, 1)) + 64 * 0.001 * math.exp(0.2 * draw.gauss(0, 1))
        end = max(now, free[0]) + service
        heapq.heapreplace(free, end)
        found.append((now, (end - now) * 1000))


def truth(places):
    """Of the queue as it is before it is scaled, requests a second."""
    low, high = 0.2 * MOST * places, MOST * places
    for _ in range(12):
        rate = (low + high) / 2
        found = [taken for at, taken in latencies(rate, 240_000 / places, random.Random(1), places) if at > 300]
        low, high = (rate, high) if quantile(found, PERCENTILE / 100) < OBJECTIVE else (low, rate)
    return low


def endpoint(scale, seed, places):
    return ["--ttft", f"lognormal({100 / scale}ms,0.3)", "--time-per-token", f"lognormal({1 / scale}ms,0.2)", "--output-tokens", "64",
            "--max-batch", str(places), "--seed", str(seed)]


def search(asked, home, seed, capacity, rate=5.0):
    """`capacity.json` of one, against an endpoint of its own."""
    scale = asked.scale
    server = Endpoint(asked.programs, endpoint(scale, seed, asked.places), home, asked.cpu)
    out = tempfile.mkdtemp(dir=home)
    try:
        config, corpus = os.path.join(out, "run_config.json"), os.path.join(out, "prompts.json")
        with open(config, "w") as file:
            json.dump({"server_url": server.url, "model": "m", "scenario": "trial", "think_time": "0", "max_tokens": None,
                       "thresholds": {"e2e_latency_ms": [f"p({PERCENTILE})<{OBJECTIVE / scale}"]}, "capacity": capacity,
                       "scenario_definition": {"executor": "poisson-arrival-rate", "rate": max(1, round(rate * scale)), "duration": "10s",
                                               "preAllocatedVUs": 200, "maxVUs": 2000, "arrivalSeed": seed * 1000, "gracefulStop": "30s"}},
                      file)
        with open(corpus, "w") as file:
            json.dump([{"label": "a", "max_tokens": 64, "content": f"#{i} " + "word " * 40} for i in range(1000)], file)
        command = [*pinned(asked.cpu), os.path.join(asked.programs, "sml-loadgen"), "--config", config, "--prompts", corpus, "--out",
                   os.path.join(out, "out"), "--quiet", "--no-test-request", "--workers", "1"]
        subprocess.run(command, check=False)
        with open(os.path.join(out, "out", "capacity.json")) as file:
            found = json.load(file)["capacity"]
    finally:
        server.stop()
        shutil.rmtree(out)
    keep(asked.keep, {"seed": seed, "scale": scale, "capacity": found})
    return found


def searches(asked, home):
    scale = asked.scale
    true = truth(asked.places) * scale
    print(f"true capacity: {true:.1f}/s", flush=True)
    rule = {"probe": f"{PROBE / scale}s", "confirm": f"{CONFIRM / scale}s", "max_duration": f"{LONGEST / scale}s"}
    rows, claimed, pointed, minutes = [], [], [], []
    # Other starts, so that not all searches halve the same brackets.
    for found in each(lambda seed: search(asked, home, seed, rule, rate=asked.places * (0.6 + seed % 7 * 0.09)), range(1, asked.runs + 1), asked.at_once):
        met = max([probe["asked"] for probe in found["probes"] if probe["phase"] == "search" and probe["decision"] == "met"], default=None)
        rows.append(f"{found['state']}: {found['confirmed']}, refused {found['lowest_refused']}, bisection {met}, "
                    f"{len(found['probes'])} probes, {found['minutes']:.1f} min")
        print(rows[-1], flush=True)
        minutes.append(found["minutes"])
        if found["confirmed"]:
            claimed.append(found["confirmed"])
        if met:
            pointed.append(met)

    def row(name, values):
        short = [100 * (1 - value / true) for value in values]
        print(f"| {name} | {len(values)} of {asked.runs} | {sum(value > true for value in values)} "
              f"| {sum(short) / len(short):.1f} | {max(short):.1f} | {-min(short):.1f} |")

    print("\n| rule | claims | above the truth | below it in the mean, % | at worst, % | above it at worst, % |\n| --- | --- | --- | --- | --- | --- |")
    row("confirmed", claimed)
    row("bisection by point estimates", pointed)
    print(f"\nminutes a search: {sum(minutes) / len(minutes):.1f} in the mean, {max(minutes):.1f} at most")


def guards(asked, home):
    scale = asked.scale
    rule = {"probe": "12s", "confirm": "10s", "max_duration": "10m"}
    for name, rate in (("half load", 0.5 * MOST * asked.places), ("four times the load", 4 * MOST * asked.places)):
        bound = round(rate * scale, 1)
        one = {**rule, "min": bound, "max": bound, "start": bound}
        ended, left = 0, []
        for found in each(lambda seed: search(asked, home, seed, one, rate), range(1, asked.runs + 1), asked.at_once):
            guarded = [probe["guard"] for probe in found["probes"] if probe["guard"]]
            ended += bool(guarded)
            left += [(guard["at_seconds"], guard["left_after_seconds"]) for guard in guarded]
        times = f"; decided after {min(a for a, _ in left):.1f}–{max(a for a, _ in left):.1f} s, left within {max(b for _, b in left):.2f} s" if left else ""
        print(f"{name}: {ended} of {asked.runs} ended by the guard{times}", flush=True)


def main():
    parser = options(__doc__, 22, 0, 22)
    parser.add_argument("--scale", type=float, default=5, help="latencies and lengths are divided by this (default: 5)")
    parser.add_argument("--places", type=int, default=8, help="of the endpoint (default: 8)")
    parser.add_argument("--guard", action="store_true", help="half load and four times the load instead of searches")
    asked = parser.parse_args()
    home = tempfile.mkdtemp()
    try:
        guards(asked, home) if asked.guard else searches(asked, home)
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
