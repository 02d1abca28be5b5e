#!/usr/bin/env python3
"""What an outage of the receiver does to a run: to its requests (nothing) and to its series (nothing is lost).

Five runs of 60 s at 50/s side by side, so that the machine's noise meets all of them: two without remote write, whose
difference is that noise, with a Prometheus that is there, with one that is down from second 10 to 50, and with one that comes up only after the end,
when the command that the run named is executed. Needs Debian's prometheus, and `make build`.
"""
import json, os, re, signal, socket, subprocess, sys, tempfile, time, urllib.parse, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(ROOT, ".build", "release")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Prometheus:
    def __init__(self, home, name):
        self.port, self.data, self.process = free_port(), os.path.join(home, name), None
        self.url = f"http://127.0.0.1:{self.port}/api/v1/write"
        self.config = os.path.join(home, "empty.yml")
        open(self.config, "w").close()

    def start(self):
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.config}", f"--storage.tsdb.path={self.data}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=1)
            except OSError:
                time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.process = None

    def ask(self, expression):
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/query?{query}") as answer:
            result = json.load(answer)["data"]["result"]
        return float(result[0]["value"][1]) if result else 0.0


def main():
    scenario = {"name": "outage", "executor": "constant-arrival-rate", "rate": 50, "timeUnit": "1s", "duration": "60s",
                "preAllocatedVUs": 50, "maxVUs": 200}
    with tempfile.TemporaryDirectory() as home:
        server = subprocess.Popen([os.path.join(BIN, "sml-endpoint"), "--port", "0", "--max-batch", "500", "--ttft",
                                   "200ms", "--time-per-token", "0ms"], stdout=subprocess.PIPE, text=True)
        receivers = {name: Prometheus(home, name) for name in ("there", "middle", "after")}
        try:
            config, prompts = os.path.join(home, "c.json"), os.path.join(home, "p.json")
            with open(config, "w") as out:
                json.dump({"server_url": server.stdout.readline().split()[-1], "model": "m", "scenario": "outage",
                           "scenario_definition": scenario, "think_time": "0"}, out)
            with open(prompts, "w") as out:
                json.dump([{"label": label, "content": "hello", "max_tokens": 8} for label in ("short", "long")], out)
            receivers["there"].start()
            receivers["middle"].start()
            runs = {}
            for name in ("none", "none-again", *receivers):
                # The one that waits in vain waits 2 s only; the command it names is executed below.
                more = ["--remote-write-url", receivers[name].url, "--remote-write-drain",
                        "2s" if name == "after" else "60s"] if name in receivers else []
                log = open(os.path.join(home, name + ".log"), "w")
                runs[name] = subprocess.Popen(
                    [os.path.join(BIN, "sml-loadgen"), "--config", config, "--prompts", prompts, "--run-label", name,
                     "--out", os.path.join(home, "out-" + name), "--workers", "1", "--quiet", "--no-test-request", *more], stderr=log)
            time.sleep(10)
            receivers["middle"].stop()
            time.sleep(40)
            receivers["middle"].start()
            codes = {name: run.wait(120) for name, run in runs.items()}
            receivers["after"].start()
            command = re.search(r"^ +(sml loadtest push .*)$", open(os.path.join(home, "after.log")).read(), re.M)
            pushed = subprocess.run(command.group(1), shell=True, capture_output=True, text=True,
                                    env={**os.environ, "PATH": BIN + ":" + os.environ["PATH"]})
            print("| receiver | exit | requests | lateness p50, ms | p99, ms | max, ms | failed pushes | longest outage, s "
                  "| series kept for later | requests in Prometheus |")
            print("| --- " * 10 + "|")
            for name, title in (("none", "none"), ("none-again", "none, once more"), ("there", "there"), ("middle", "down from 10 s to 50 s"),
                                ("after", "down until after the end, then `sml loadtest push`")):
                sml = json.load(open(os.path.join(home, "out-" + name, "summary.json")))["sml"]
                late, remote = sml["lateness"]["send_ms"], sml.get("remote_write", {})
                stored = "" if name not in receivers else \
                    f"{receivers[name].ask('sum(last_over_time(k6_http_reqs_total[10m]))'):.0f}"
                print(f"| {title} | {codes[name]} | {sml['counts']['http_requests']} | {late['med']:.3f} | "
                      f"{late['p99']:.3f} | {late['max']:.1f} | {sum(remote.get('pushes_failed', {}).values())} | "
                      f"{remote.get('longest_outage_seconds', 0):.1f} | {remote.get('series_undelivered', 0)} | {stored} |")
            print(f"push later: exit {pushed.returncode}")
        finally:
            for receiver in receivers.values():
                receiver.stop()
            server.send_signal(signal.SIGTERM)
            server.wait(30)


if __name__ == "__main__":
    sys.exit(main())
