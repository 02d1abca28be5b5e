"""What the trials share: an endpoint with a log, a run against it, and both their figures."""
import csv, json, os, random, signal, subprocess, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def programs(build):
    """The directory of the products, made by `make build` (release) or `swift build` (debug)."""
    return os.path.join(ROOT, ".build", build)


def quantile(values, p):
    values = sorted(values)
    x = p * (len(values) - 1)
    low = int(x)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (x - low)


class Endpoint:
    def __init__(self, build, options, home):
        self.log = os.path.join(home, f"endpoint-{random.getrandbits(32):08x}.csv")
        self.process = subprocess.Popen([os.path.join(programs(build), "sml-endpoint"), "--port", "0", "--log", self.log, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def stop(self):
        """Ends it; its rows of good answers, as dictionaries of numbers."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        with open(self.log) as log:
            return [{key: int(value) for key, value in row.items() if key != "mode"}
                    for row in csv.DictReader(log) if row["mode"] == "ok" and row["status"] == "200"]


class Run:
    """sml-loadgen against `url`, started at once."""

    def __init__(self, build, url, scenario, home, workers=1, wrap=()):
        self.out = tempfile.mkdtemp(dir=home)
        config, prompts = os.path.join(self.out, "run_config.json"), os.path.join(self.out, "prompts.json")
        with open(config, "w") as out:
            json.dump({"server_url": url, "model": "m", "scenario": "trial", "scenario_definition": scenario, "think_time": "0",
                       "max_tokens": None}, out)
        with open(prompts, "w") as out:
            json.dump([{"label": "a", "max_tokens": 64, "content": f"#{i} " + "word " * 40} for i in range(1000)], out)
        self.process = subprocess.Popen([*wrap, os.path.join(programs(build), "sml-loadgen"), "--config", config, "--prompts", prompts,
                                         "--out", os.path.join(self.out, "out"), "--quiet", "--no-test-request", "--workers", str(workers)])

    def summary(self):
        if self.process.wait() != 0:
            raise SystemExit(f"sml-loadgen ended with {self.process.returncode}")
        with open(os.path.join(self.out, "out", "summary.json")) as file:
            return json.load(file)["sml"]


def open_loop(rate, seconds):
    return {"executor": "poisson-arrival-rate", "rate": rate, "duration": f"{seconds}s", "preAllocatedVUs": 200, "maxVUs": 2000,
            "arrivalSeed": random.randrange(1 << 30), "gracefulStop": "30s"}


def closed_loop(users, seconds):
    return {"executor": "constant-vus", "vus": users, "duration": f"{seconds}s", "gracefulStop": "30s"}
