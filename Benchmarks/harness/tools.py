"""How each tool is told to do the same work. A tool that is not installed is None, and its column says so."""
import json
import os
import re
import shutil
import subprocess
import time

from . import build, child

PATH = "/v1/chat/completions"
CONTENT = "word " * 290


def body(max_tokens=64, stream=False):
    more = {"stream_options": {"include_usage": True}} if stream else {}
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": CONTENT}], "max_tokens": max_tokens,
                       "temperature": 1, "stream": stream, **more}, separators=(",", ":"))


def prompts(path, count, max_tokens=64):
    with open(path, "w") as out:
        json.dump([{"label": ("short", "medium")[i % 2], "max_tokens": max_tokens, "content": (f"#{i} " + CONTENT)[:len(CONTENT)]}
                   for i in range(count)], out)


class Loadgen:
    name = "sml-loadgen"

    def __init__(self, binaries, home, corpus=2000, max_tokens=64):
        self.program, self.home = os.path.join(binaries, "sml-loadgen"), home
        self.prompts = os.path.join(home, f"prompts{max_tokens}.json")
        prompts(self.prompts, corpus, max_tokens)

    def command(self, url, scenario, *more):
        """The command line, and the directory its results will be in."""
        out = os.path.join(self.home, f"run{time.monotonic_ns()}")
        config = out + ".json"
        with open(config, "w") as file:
            json.dump({"server_url": url, "model": "m", "scenario": "bench", "think_time": "0", "max_tokens": None,
                       "scenario_definition": {"name": "bench", "think_time": "0", **scenario}}, file)
        return [self.program, "--config", config, "--prompts", self.prompts, "--out", out, "--workers", "1", "--quiet",
                "--no-test-request", *more], out

    def saturate(self, url, connections, seconds, environment):
        shared = environment.get("BENCH_SHARED")
        command, out = self.command(
            url, {"executor": "constant-vus", "vus": connections, "duration": f"{seconds}s", "gracefulStop": "5s",
                  **({"connections": int(shared)} if shared else {})})
        cost = child.run(command, environment=environment)
        return cost, summary(out)["throughput"]["total_requests"]


class Before(Loadgen):
    """An earlier build, for what a change has cost or saved; it may not know of shared connections."""
    name = "sml-loadgen before"

    def saturate(self, url, connections, seconds, environment):
        return None if environment.get("BENCH_SHARED") else super().saturate(url, connections, seconds, environment)


def summary(directory):
    with open(os.path.join(directory, "summary.json")) as file:
        return json.load(file)


class Floor:
    """A bare libcurl loop in C, see Tools/floor.c."""
    name = "libcurl in C"

    def __init__(self, home):
        self.program, self.body = os.path.join(home, "floor"), body_file(home)
        self.rate = 10_000

    def saturate(self, url, connections, seconds, environment):
        # It counts requests, not seconds: the rate of its last round says how many make the time.
        count = max(2000, int(self.rate * seconds))
        protocol = "h2" if environment.get("BENCH_H2") else "http1"
        if environment.get("BENCH_SHARED"):
            protocol += "/" + environment["BENCH_SHARED"]
        # Over shared connections libcurl itself loses answers that come before the body is read; 1 says that some failed.
        cost = child.run([self.program, url + PATH, self.body, str(connections), str(count), protocol],
                         environment=environment, accepted=(0, 1) if environment.get("BENCH_SHARED") else (0,))
        self.rate = count / cost.wall
        return cost, int(cost.output.split()[0])

    def pace(self, url, connections, rate, count):
        return child.run([self.program, url + PATH, self.body, str(connections), str(count), "http1", str(rate)])


def body_file(home, max_tokens=64, stream=False):
    path = os.path.join(home, f"body{max_tokens}{'s' if stream else ''}.json")
    with open(path, "w") as out:
        out.write(body(max_tokens, stream))
    return path


class Wrk:
    name = "wrk"

    def __init__(self, home):
        self.script = os.path.join(home, "post.lua")
        with open(self.script, "w") as out:
            out.write(f'wrk.method = "POST"\nwrk.body = io.open("{body_file(home)}"):read("*a")\n'
                      'wrk.headers["Content-Type"] = "application/json"\n')

    def saturate(self, url, connections, seconds, environment):
        if environment.get("BENCH_H2"):
            return None
        cost = child.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", self.script, url + PATH])
        return cost, int(re.search(r"(\d+) requests in", cost.output)[1])


class H2load:
    name = "h2load"

    def __init__(self, home):
        self.body = body_file(home)

    def saturate(self, url, connections, seconds, environment):
        protocol = [] if environment.get("BENCH_H2") else ["--h1"]
        shared = int(environment.get("BENCH_SHARED", connections))
        cost = child.run(["h2load", *protocol, "-t1", f"-c{shared}", f"-m{connections // shared}", f"-D{seconds}", "-d", self.body,
                          "-H", "content-type: application/json", url + PATH])
        return cost, int(re.search(r"requests: \d+ total.*?(\d+) succeeded", cost.output)[1])


class Hey:
    name = "hey"

    def __init__(self, home):
        self.body = body_file(home)

    def saturate(self, url, connections, seconds, environment):
        h2 = ["-h2"] if environment.get("BENCH_H2") else []
        cost = child.run(["hey", "-cpus", "1", "-c", str(connections), "-z", f"{seconds}s", "-m", "POST", "-T",
                          "application/json", "-D", self.body, *h2, url + PATH])
        return cost, sum(int(count) for count in re.findall(r"\[200\]\s+(\d+) responses", cost.output))


class K6:
    """k6 doing what SML's script does, see Tools/k6.js: like sml-loadgen it renders, parses, checks and keeps trends."""
    name = "k6"

    def __init__(self, program, home):
        self.program = program
        # Every virtual user walks the corpus when it starts: a few prompts where only the steady state counts.
        self.few, self.many = os.path.join(home, "few-prompts.json"), os.path.join(home, "many-prompts.json")
        prompts(self.few, 12)
        prompts(self.many, 2000)

    def run(self, url, scenario, corpus):
        return child.run([self.program, "run", "--quiet", "--no-usage-report", "--insecure-skip-tls-verify",
                          "--env", f"URL={url}{PATH}", "--env", f"PROMPTS={corpus}",
                          "--env", f"SCENARIO={json.dumps(scenario)}", build.source("k6.js")])

    def saturate(self, url, connections, seconds, environment):
        if environment.get("BENCH_SHARED"):
            return None
        cost = self.run(url, {"executor": "constant-vus", "vus": connections, "duration": f"{seconds}s"}, self.few)
        return cost, int(re.search(r"http_reqs\.*: (\d+)", cost.output)[1])

    def version(self):
        return subprocess.run([self.program, "version"], check=True, capture_output=True, text=True).stdout.split()[1]


def installed(binaries, home, before=None):
    """Every tool by name, in the order of the table; None for those that are not here.

    `before` is the directory of an earlier build, a tool of its own."""
    k6 = os.environ.get("K6") or shutil.which("k6")
    found = [Loadgen(binaries, home), Floor(home)]
    found += [kind(home) if shutil.which(kind.name) else None for kind in (Wrk, H2load, Hey)]
    found.append(K6(k6, home) if k6 else None)
    names = [Loadgen.name, Floor.name, Wrk.name, H2load.name, Hey.name, K6.name]
    tools = dict(zip(names, found))
    return {Loadgen.name: tools.pop(Loadgen.name), Before.name: Before(before, home), **tools} if before else tools
