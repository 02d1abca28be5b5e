#!/usr/bin/env python3
"""Two arms at once do not disturb the schedule: the lateness of `ab` at 2 × 500/s beside that of one run at 1,000/s.

Starts an sml-endpoint for each arm (the single run loads one of them), then runs sml-loadgen in turn, the two kinds one after
the other and in the other order the next time, so that a machine that drifts favours neither. Prints, of each kind, the median
over the rounds of: started − scheduled at p50, p95, p99, its share beyond 10 ms, and the generator's CPU time per request.

  make build && Benchmarks/lanes.py
  Benchmarks/lanes.py --bin .build/debug --rate 100 --seconds 10 --rounds 1
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def endpoint(options):
    server = subprocess.Popen(
        [os.path.join(options.bin, "sml-endpoint"), "--ttft", "20ms", "--time-per-token", "0", "--max-batch", "100000",
         "--answer-bytes", "600"], stdout=subprocess.PIPE, text=True)
    return server, server.stdout.readline().split()[-1]


def configuration(options, rate, urls):
    scenario = {"executor": "constant-arrival-rate", "rate": rate, "duration": f"{options.seconds}s", "preAllocatedVUs": 200,
                "maxVUs": 5000, "think_time": "0", "max_tokens": 16}
    text = {"server_url": urls[0], "model": "m", "scenario": "lanes", "scenario_definition": scenario, "ignore_eos": True}
    if len(urls) > 1:
        text["ab"] = {"design": "aa", "arms": {"a": {"server_url": urls[0]}, "b": {"server_url": urls[1]}}}
    return text


def run(options, home, name, rate, urls):
    """Figures of the whole run: with two arms, of both together."""
    config = os.path.join(home, name + ".json")
    prompts = os.path.join(home, "prompts.json")
    with open(config, "w") as out:
        json.dump(configuration(options, rate, urls), out)
    with open(prompts, "w") as out:
        json.dump([{"label": "lanes", "content": f"prompt {i} " * 30} for i in range(100)], out)
    directory = os.path.join(home, name)
    words = [os.path.join(options.bin, "sml-loadgen"), "--config", config, "--prompts", prompts, "--out", directory, "--quiet",
             "--no-test-request"]
    if options.workers:
        words += ["--workers", str(options.workers)]
    code = subprocess.run(words).returncode
    # 65: two arms of a run this short have no verdict, which nobody asked for.
    if code not in (0, 65):
        sys.exit(f"{name}: sml-loadgen ended with {code}")
    with open(os.path.join(directory, "summary.json")) as file:
        found = json.load(file)["sml"]
    late = found["lateness"]
    started = found["counts"]["started"]
    return {"p50_ms": late["start_ms"]["med"], "p95_ms": late["start_ms"]["p95"], "p99_ms": late["start_ms"]["p99"],
            "beyond_10_ms": late["late_share"]["starts"] or 0, "cpu_us_per_request": found["generator"]["cpu_seconds"] * 1e6 / started,
            "started": started}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=os.path.join(ROOT, ".build/release"))
    parser.add_argument("--rate", type=int, default=1000, help="requests a second, of both arms together")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    servers = [endpoint(options) for _ in range(2)]
    try:
        urls = [url for _, url in servers]
        found = {"one": [], "two": []}
        with tempfile.TemporaryDirectory() as home:
            for number in range(options.rounds):
                for kind in ("one", "two") if number % 2 == 0 else ("two", "one"):
                    rate, targets = (options.rate, urls[:1]) if kind == "one" else (options.rate // 2, urls)
                    found[kind].append(run(options, home, f"{kind}{number}", rate, targets))
    finally:
        for server, _ in servers:
            server.terminate()
            server.wait()
    names = list(found["one"][0])
    print("| | " + " | ".join(names) + " |\n| --- |" + " --- |" * len(names))
    for kind, title in (("one", f"one run at {options.rate}/s"), ("two", f"two arms at {options.rate // 2}/s")):
        values = [statistics.median(row[name] for row in found[kind]) for name in names]
        print(f"| {title} | " + " | ".join(f"{value:.4g}" for value in values) + " |")


if __name__ == "__main__":
    main()
