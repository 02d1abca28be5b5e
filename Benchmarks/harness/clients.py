"""The load generators that others measure LLM servers with: how each is told to do the same work, and where it says what it saw.

`streams` is a constant rate of streams of TOKENS tokens, told by the time to the first one; `requests` is a load of whole answers
of as many tokens, told by their latency. A client that cannot do one of them lacks the method.
"""
import csv
import glob
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from . import tools
from .works import exported, quantile

TOKENS = 64
# Of 40 words, so that no model is loaded and no hub is asked.
TOKENIZER = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
words = "the of and to in is that for it as was on with be by at are this from have or an one had not but what all test load".split()
words = {word: number for number, word in enumerate(["<unk>", "<s>", "</s>"] + words)}
tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                        model_max_length=100000).save_pretrained(sys.argv[1])
"""


@dataclass
class Load:
    """`size` requests a second, or as many users who ask again at once."""
    is_open: bool
    size: int
    seconds: int
    # Of one answer, seconds: how long it takes decides how many users a rate needs.
    answer: float

    @property
    def name(self):
        return f"{self.size:,}/s" if self.is_open else f"{self.size:,} users"

    @property
    def count(self):
        return int(self.size * self.seconds / (1 if self.is_open else self.answer))


class Client:
    """Installed from PyPI into an environment of its own."""

    def __init__(self, bench):
        self.bench, self.bin = bench, os.path.join(bench.environments, self.name, "bin")

    @property
    def program_path(self):
        return os.path.join(self.bin, self.program)

    @property
    def is_there(self):
        return os.path.exists(self.program_path)

    # Whether it comes without PyTorch, which is gigabytes.
    is_small = True

    def install(self):
        """Into an environment of its own, from PyPI; with the newest Python there is, which some of them need. What fails says so, and
        the client is absent."""
        pythons = [name for name in ("python3.13", "python3.12", "python3")
                   if shutil.which(name) and subprocess.run([name, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0]
        if not pythons:
            print("no python3 that can make environments (Debian: python3-venv)", file=sys.stderr)
            return
        if subprocess.run([pythons[0], "-m", "venv", os.path.dirname(self.bin)], check=False).returncode == 0:
            subprocess.run([os.path.join(self.bin, "pip"), "install", "--quiet", "--disable-pip-version-check", self.package], check=False)

    def tokenizer(self):
        path = os.path.join(self.bench.home, f"tokenizer-{self.name}")
        if not os.path.exists(path):
            subprocess.run([os.path.join(self.bin, "python"), "-c", TOKENIZER, path], check=True, capture_output=True)
        return path

    @property
    def version(self):
        code = f"import importlib.metadata as m; print(m.version('{self.package}'))"
        return subprocess.run([os.path.join(self.bin, "python"), "-c", code], capture_output=True, text=True).stdout.strip()


class AIPerf(Client):
    name = program = package = "aiperf"

    def _profile(self, url, out, *more):
        return [self.program_path, "profile", "-m", "m", "--url", url, "--endpoint-type", "chat", "--tokenizer", self.tokenizer(),
                "--synthetic-input-tokens-mean", "50", "--synthetic-input-tokens-stddev", "0", "--output-tokens-mean", str(TOKENS),
                "--extra-inputs", "ignore_eos:true", "--artifact-dir", out, "--ui", "none", *more]

    def streams(self, url, rate, count, out):
        return self._profile(url, out, "--streaming", "--request-rate", str(rate), "--arrival-pattern", "constant",
                             "--request-count", str(count))

    def requests(self, url, load, out):
        if load.is_open:
            return self._profile(url, out, "--request-rate", str(load.size), "--arrival-pattern", "constant",
                                 "--request-count", str(load.count))
        return self._profile(url, out, "--concurrency", str(load.size), "--request-count", str(load.count))

    def ttft(self, out):
        return self._percentiles(out, "time_to_first_token")

    def latency(self, out):
        return self._percentiles(out, "request_latency")

    @staticmethod
    def _percentiles(out, metric):
        with open(os.path.join(out, "profile_export_aiperf.json")) as file:
            seen = json.load(file)[metric]
        return seen["p50"], seen["p99"]


class GuideLLM(Client):
    name = program = package = "guidellm"
    is_small = False

    def _run(self, url, out, profile, *constraints):
        return [self.program_path, "run", "--backend", f"kind=openai_http,target={url},model=m", "--profile", profile,
                *(word for constraint in constraints for word in ("--constraint", constraint)),
                "--data", f"kind=synthetic_text,prompt_tokens=50,output_tokens={TOKENS}",
                "--tokenizer", f"kind=hf_auto,model={self.tokenizer()}", "--output", f"kind=json,path={out}.json", "--disable-console"]

    def streams(self, url, rate, count, out):
        return self._run(url, out, f"kind=constant,rate={rate}", f"kind=max_requests,count={count}")

    def requests(self, url, load, out):
        profile = f"kind=constant,rate={load.size}" if load.is_open else f"kind=concurrent,streams={load.size}"
        return self._run(url, out, profile, f"kind=max_requests,count={load.count}")

    def ttft(self, out):
        return self._percentiles(out, "time_to_first_token_ms", 1)

    def latency(self, out):
        return self._percentiles(out, "request_latency", 1000)

    @staticmethod
    def _percentiles(out, metric, milliseconds):
        with open(out + ".json") as file:
            seen = json.load(file)["benchmarks"][0]["metrics"][metric]["successful"]["percentiles"]
        return seen["p50"] * milliseconds, seen["p99"] * milliseconds


class VLLM(Client):
    name = program = package = "vllm"
    is_small = False

    def streams(self, url, rate, count, out):
        return [self.program_path, "bench", "serve", "--backend", "openai-chat", "--base-url", url,
                "--endpoint", "/v1/chat/completions", "--model", "m", "--tokenizer", self.tokenizer(), "--dataset-name", "random",
                "--random-input-len", "50", "--random-output-len", str(TOKENS), "--ignore-eos", "--request-rate", str(rate),
                # Gaps of a gamma distribution: at this shape all but even.
                "--burstiness", "1000000", "--num-prompts", str(count), "--percentile-metrics", "ttft", "--metric-percentiles", "50,99",
                "--save-result", "--result-filename", out + ".json", "--disable-tqdm"]

    def ttft(self, out):
        with open(out + ".json") as file:
            seen = json.load(file)
        return seen["p50_ttft_ms"], seen["p99_ttft_ms"]


class InferencePerf(Client):
    name = program = package = "inference-perf"

    def requests(self, url, load, out):
        stage = {"rate": load.size, "duration": load.seconds} if load.is_open else \
            {"num_requests": load.count, "concurrency_level": load.size}
        with open(out + ".yml", "w") as file:
            json.dump({"load": {"type": "constant" if load.is_open else "concurrent", "stages": [stage], "num_workers": 1,
                                # What one worker may have in flight; above any number here.
                                "worker_max_concurrency": 5000},
                       "api": {"type": "chat", "streaming": False},
                       "server": {"type": "vllm", "model_name": "m", "base_url": url, "ignore_eos": True},
                       "tokenizer": {"pretrained_model_name_or_path": self.tokenizer()},
                       # Of a few words and without a limit of tokens: what it asks chats of is this or from a hub.
                       "data": {"type": "mock"},
                       "report": {"request_lifecycle": {"summary": True, "per_stage": False, "per_request": False}},
                       "storage": {"local_storage": {"path": out}}}, file)
        return [self.program_path, "-c", out + ".yml"]

    def latency(self, out):
        with open(glob.glob(os.path.join(out, "**", "summary_lifecycle_metrics.json"), recursive=True)[0]) as file:
            seen = json.load(file)["successes"]["latency"]["request_latency"]
        return seen["median"] * 1e3, seen["p99"] * 1e3


class Locust(Client):
    """A rate is users who keep to one request a second, as its documentation does it."""
    name = program = package = "locust"

    def requests(self, url, load, out):
        body = tools.body_file(self.bench.home, TOKENS)
        with open(out + ".py", "w") as file:
            file.write("from locust import FastHttpUser, constant_throughput, task\n"
                       f"body = open({body!r}, 'rb').read()\n"
                       "class User(FastHttpUser):\n"
                       + ("    wait_time = constant_throughput(1)\n" if load.is_open else "")
                       + "    @task\n    def ask(self):\n"
                       f"        self.client.post({tools.PATH!r}, data=body, headers={{'Content-Type': 'application/json'}})\n")
        return [self.program_path, "-f", out + ".py", "--headless", "--only-summary", "-H", url, "-u", str(load.size), "-r", str(load.size),
                "-t", f"{load.seconds}s", "-s", "10", "--csv", out]

    def latency(self, out):
        with open(out + "_stats.csv") as file:
            seen = next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")
        return float(seen["50%"]), float(seen["99%"])


class Hey:
    """A rate is workers who keep to one request a second."""
    name = "hey"
    is_small = False

    def __init__(self, bench):
        self.bench = bench

    @property
    def is_there(self):
        return shutil.which("hey") is not None

    @property
    def version(self):
        found = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "hey"], capture_output=True, text=True).stdout if shutil.which("dpkg-query") else ""
        return found.split("-")[0].split("+")[0]

    def requests(self, url, load, out):
        command = ["hey", "-cpus", "1", "-c", str(load.size), "-z", f"{load.seconds}s", "-m", "POST", "-T", "application/json",
                   "-D", tools.body_file(self.bench.home, TOKENS), "-o", "csv", *(["-q", "1"] if load.is_open else []), url + tools.PATH]
        return ["sh", "-c", 'out=$1; shift; exec "$@" >"$out"', "sh", out + ".csv", *command]

    def latency(self, out):
        with open(out + ".csv") as file:
            seen = [float(row["response-time"]) * 1e3 for row in csv.DictReader(file) if row["status-code"] == "200"]
        return quantile(seen, 50), quantile(seen, 99)


class Ours:
    name, is_there = "sml-loadgen", True

    def __init__(self, bench):
        self.bench = bench

    def _command(self, url, out, scenario):
        command, _ = tools.Loadgen(self.bench.binaries, self.bench.home, 200, TOKENS).command(url, scenario, "--records", out + ".smlrec")
        return command

    def streams(self, url, rate, count, out):
        return self._command(url, out, {"stream": True, "executor": "constant-arrival-rate", "rate": rate,
                                        "duration": f"{count // rate}s", "preAllocatedVUs": 3 * rate})

    def requests(self, url, load, out):
        if load.is_open:
            return self._command(url, out, {"executor": "constant-arrival-rate", "rate": load.size, "duration": f"{load.seconds}s",
                                            "preAllocatedVUs": int(3 * load.size * load.answer) + 1, "gracefulStop": "10s"})
        return self._command(url, out, {"executor": "constant-vus", "vus": load.size, "duration": f"{load.seconds}s", "gracefulStop": "10s"})

    def ttft(self, out):
        return self._percentiles(out, "first_token_ns")

    def latency(self, out):
        return self._percentiles(out, "end_ns")

    def _percentiles(self, out, column):
        ours = [(int(row[column]) - int(row["started_ns"])) / 1e6 for row in exported(self.bench, out + ".smlrec")]
        return quantile(ours, 50), quantile(ours, 99)

    @property
    def version(self):
        return subprocess.run([os.path.join(self.bench.binaries, "sml-loadgen"), "--version"], capture_output=True, text=True).stdout.split("+")[0]


ALL = {kind.name: kind for kind in (Ours, Hey, Locust, VLLM, GuideLLM, AIPerf, InferencePerf)}
