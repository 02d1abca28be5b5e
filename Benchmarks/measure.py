#!/usr/bin/env python3
"""How true a run's latencies are, measured from outside the generator.

Starts sml-endpoint with a log, runs sml-loadgen against it as a job would, and compares latency quantiles from the
records with the endpoint's own departure - arrival.

  make build
  Benchmarks/measure.py   # 60 s at 50/s with a saturating, random server
"""
import csv, json, os, random, resource, signal, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(ROOT, ".build", "release")


def corpus(path, count, size):
    words = "load test of a language model server with a prompt that is long enough to look like a real one".split()
    rng = random.Random(1)
    with open(path, "w") as out:
        json.dump([{"label": ("short", "medium")[i % 2], "max_tokens": 64,
                    "content": f"#{i} " + " ".join(rng.choice(words) for _ in range(size // 5))[:size]}
                   for i in range(count)], out)


def run(scenario, prompts, endpoint_options, workers):
    with tempfile.TemporaryDirectory() as home:
        log = os.path.join(home, "endpoint.csv")
        server = subprocess.Popen([os.path.join(BIN, "sml-endpoint"), "--port", "0", "--log", log, *endpoint_options],
                                  stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split()[-1]
            config = os.path.join(home, "run_config.json")
            with open(config, "w") as out:
                json.dump({"server_url": url, "model": "m", "scenario": scenario["name"],
                           "scenario_definition": scenario, "think_time": "0", "max_tokens": None}, out)
            file = os.path.join(home, "prompts.json")
            corpus(file, *prompts)
            records = os.path.join(home, "records.smlrec")
            child = subprocess.Popen([os.path.join(BIN, "sml-loadgen"), "--config", config, "--prompts", file,
                                      "--out", os.path.join(home, "out"), "--records", records, "--quiet", "--no-test-request",
                                      "--workers", str(workers)])
            if child.wait() != 0:
                sys.exit(f"sml-loadgen ended with {child.returncode}")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
        truth = list(csv.DictReader(open(log)))
        exported = subprocess.run([os.path.join(BIN, "sml"), "loadtest", "records", records], capture_output=True,
                                  text=True, check=True).stdout
        seen = [row for row in csv.DictReader(exported.splitlines()) if row["kind"] == "request"]
        summary = json.load(open(os.path.join(home, "out", "summary.json")))
        return truth, seen, summary


def quantile(values, p):
    values = sorted(values)
    x = p / 100 * (len(values) - 1)
    low = int(x)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (x - low)


def accuracy():
    scenario = {"name": "accuracy", "executor": "constant-arrival-rate", "rate": 50, "timeUnit": "1s",
                "duration": "60s", "preAllocatedVUs": 100, "maxVUs": 2000, "think_time": "0"}
    truth, seen, summary = run(
        scenario, (200, 1500),
        ["--max-batch", "12", "--ttft", "lognormal(50ms,0.5)", "--time-per-token", "2ms", "--seed", "7"], workers=1)
    ours = [(int(row["end_ns"]) - int(row["sent_ns"])) / 1e6 for row in seen]
    theirs = [(int(row["departure_ns"]) - int(row["arrival_ns"])) / 1e6 for row in truth]
    print(f"{len(ours)} requests recorded, {len(theirs)} in the endpoint's log")
    print("| quantile | endpoint, ms | generator, ms | difference, ms | % |")
    print("| --- | --- | --- | --- | --- |")
    for p in (50, 95, 99):
        a, b = quantile(theirs, p), quantile(ours, p)
        print(f"| p{p} | {a:.3f} | {b:.3f} | {b - a:+.3f} | {100 * (b - a) / a:+.2f} |")
    late = summary["sml"]["lateness"]["start_ms"]
    print(f"lateness of starts: p50 {late['med']:.3f} ms, p99 {late['p99']:.3f} ms, max {late['max']:.3f} ms")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    accuracy()
