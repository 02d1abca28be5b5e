#!/usr/bin/env python3
"""The clients that others measure LLM servers with, beside sml-loadgen, on the endpoint whose log says what was true.

    make bench-llm                               all that is installed, at 10, 100 and 500 streams/s
    Benchmarks/llm.py --rates 10,100 aiperf      some of it

Each client is looked for in a virtual environment of its own, by default .build/llm/NAME:

    python3 -m venv .build/llm/guidellm && .build/llm/guidellm/bin/pip install guidellm     also: aiperf, vllm

One that is not there is said to be absent. All ask for the same: streams at a constant rate, 64 tokens each, from an endpoint with
lognormal times to the first token around 100 ms and 10 ms a token. What each prints as its time to the first token is held
against the endpoint's log of the same requests. CPU is what the client's processes took from the first request to the last
answer, by chunk; memory the largest sum of what they held (proportional set size). No model is loaded: their tokenizer is one of
40 words, made here.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import child, tools  # noqa: E402
from harness.report import number, table  # noqa: E402
from harness.works import exported, quantile  # noqa: E402
from streams import Endpoint, arrivals  # noqa: E402

TOKENS = 64
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


class Client:
    def __init__(self, bench):
        self.bench, self.bin = bench, os.path.join(bench.environments, self.name, "bin")

    @property
    def is_there(self):
        return os.path.exists(os.path.join(self.bin, self.program))

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

    def command(self, url, rate, count, out):
        return [os.path.join(self.bin, self.program), "profile", "-m", "m", "--url", url, "--endpoint-type", "chat", "--streaming",
                "--request-rate", str(rate), "--arrival-pattern", "constant", "--request-count", str(count),
                "--tokenizer", self.tokenizer(), "--synthetic-input-tokens-mean", "50", "--synthetic-input-tokens-stddev", "0",
                "--output-tokens-mean", str(TOKENS), "--extra-inputs", "ignore_eos:true", "--artifact-dir", out, "--ui", "none"]

    def ttft(self, out):
        with open(os.path.join(out, "profile_export_aiperf.json")) as file:
            seen = json.load(file)["time_to_first_token"]
        return seen["p50"], seen["p99"]


class GuideLLM(Client):
    name = program = package = "guidellm"

    def command(self, url, rate, count, out):
        return [os.path.join(self.bin, self.program), "run", "--backend", f"kind=openai_http,target={url},model=m",
                "--profile", f"kind=constant,rate={rate}", "--constraint", f"kind=max_requests,count={count}",
                "--data", f"kind=synthetic_text,prompt_tokens=50,output_tokens={TOKENS}",
                "--tokenizer", f"kind=hf_auto,model={self.tokenizer()}", "--output", f"kind=json,path={out}.json", "--disable-console"]

    def ttft(self, out):
        with open(out + ".json") as file:
            seen = json.load(file)["benchmarks"][0]["metrics"]["time_to_first_token_ms"]["successful"]["percentiles"]
        return seen["p50"], seen["p99"]


class VLLM(Client):
    name = program = package = "vllm"

    def command(self, url, rate, count, out):
        return [os.path.join(self.bin, self.program), "bench", "serve", "--backend", "openai-chat", "--base-url", url,
                "--endpoint", "/v1/chat/completions", "--model", "m", "--tokenizer", self.tokenizer(), "--dataset-name", "random",
                "--random-input-len", "50", "--random-output-len", str(TOKENS), "--ignore-eos", "--request-rate", str(rate),
                # Gaps of a gamma distribution: at this shape all but even.
                "--burstiness", "1000000", "--num-prompts", str(count), "--percentile-metrics", "ttft", "--metric-percentiles", "50,99",
                "--save-result", "--result-filename", out + ".json", "--disable-tqdm"]

    def ttft(self, out):
        with open(out + ".json") as file:
            seen = json.load(file)
        return seen["p50_ttft_ms"], seen["p99_ttft_ms"]


class Ours:
    name, is_there = "sml-loadgen", True

    def __init__(self, bench):
        self.bench = bench

    def command(self, url, rate, count, out):
        scenario = {"stream": True, **arrivals(rate, count // rate, 3 * rate)}
        command, _ = tools.Loadgen(self.bench.binaries, self.bench.home, 200, TOKENS).command(url, scenario, "--records", out + ".smlrec")
        return command

    def ttft(self, out):
        ours = [(int(row["first_token_ns"]) - int(row["started_ns"])) / 1e6 for row in exported(self.bench, out + ".smlrec")]
        return quantile(ours, 50), quantile(ours, 99)

    @property
    def version(self):
        return subprocess.run([os.path.join(self.bench.binaries, "sml-loadgen"), "--version"], capture_output=True, text=True).stdout.split("+")[0]


class Watch:
    """CPU and memory of a process and all that descend from it, looked at twenty times a second."""

    def __init__(self, pid):
        self.pid, self.seen, self.peak, self.ended, self.known = pid, [], 0, threading.Event(), {}
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self):
        turn = 0
        while not self.ended.wait(0.05):
            members = list(self._tree(self.pid))
            for member in members:
                with contextlib.suppress(OSError):
                    with open(f"/proc/{member}/stat") as file:
                        fields = file.read().rpartition(")")[2].split()
                    self.known[member] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            self.seen.append((time.monotonic_ns(), sum(self.known.values())))
            if turn % 10 == 0:
                self.peak = max(self.peak, sum(map(self._held, members)))
            turn += 1

    @staticmethod
    def _tree(pid):
        yield pid
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children") as file:
                    for found in file.read().split():
                        yield from Watch._tree(int(found))

    @staticmethod
    def _held(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/smaps_rollup") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
        return 0

    def cpu(self, begin, end):
        """Seconds of CPU between two instants."""
        at = lambda instant: max((cpu for when, cpu in self.seen if when <= instant), default=0)  # noqa: E731
        return at(end) - at(begin)

    def end(self):
        self.ended.set()
        self.thread.join()


def run(bench, client, rate):
    count = rate * bench.seconds
    out = os.path.join(bench.home, f"{client.name}-{rate}")
    with Endpoint(bench, "--model", "m", "--ttft", "lognormal(100ms,0.3)", "--time-per-token", "10ms", "--seed", "7") as endpoint:
        with open(out + ".log", "w") as log:
            # Nothing is asked of a hub: there is none to be reached, and no model.
            process = subprocess.Popen(client.command(endpoint.url, rate, count, out), stdout=log, stderr=log, preexec_fn=child.pin(child.TOOL_CPU),
                                       cwd=bench.home, env={**os.environ, "DO_NOT_TRACK": "1", "NO_COLOR": "1"})
            watch = Watch(process.pid)
            try:
                code = process.wait(bench.limit)
            except subprocess.TimeoutExpired:
                process.terminate()
                process.wait(30)
                code = f"not over after {bench.limit} s"
            watch.end()
    if code != 0:
        with open(out + ".log") as log:
            print(log.read()[-1500:], file=sys.stderr)
        return [client.name, f"{rate}", f"failed ({code})", *["–"] * 7]
    # Requests by which a client looks whether the server is there are the first.
    rows = sorted(endpoint.rows, key=lambda row: int(row["arrival_ns"]))[-count:]
    truth = [(int(row["first_token_ns"]) - int(row["arrival_ns"])) / 1e6 for row in rows]
    first, last = int(rows[0]["arrival_ns"]), max(int(row["last_token_ns"]) for row in rows)
    starts = (int(rows[-1]["arrival_ns"]) - first) / 1e9
    chunks = sum(int(row["chunks"]) for row in rows)
    median, tail = client.ttft(out)
    return [client.name, f"{rate}", f"{(len(rows) - 1) / starts:.1f}", f"{quantile(truth, 50):.1f}", f"{median - quantile(truth, 50):+.2f}",
            f"{quantile(truth, 99):.1f}", f"{tail - quantile(truth, 99):+.2f}", number(watch.cpu(first, last) / chunks * 1e6),
            number(watch.cpu(first, last) / ((last - first) / 1e9) * 100) + " %", number(watch.peak)]


def main():
    kinds = {kind.name: kind for kind in (Ours, VLLM, GuideLLM, AIPerf)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", nargs="*", choices=[*kinds, []], help="default: all")
    parser.add_argument("--rates", default="10,100,500", help="streams/s (default 10,100,500)")
    parser.add_argument("--seconds", type=int, default=10, help="length of a run's plan (default 10)")
    parser.add_argument("--limit", type=int, default=120, help="seconds after which a client is ended (default 120)")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    parser.add_argument("--environments", default=os.path.join(HERE, "..", ".build", "llm"))
    options = parser.parse_args()
    child.raise_descriptor_limit()
    rows, absent = [], []
    with tempfile.TemporaryDirectory() as home:
        bench = SimpleNamespace(home=home, **vars(options))
        for kind in [kinds[name] for name in options.client or kinds]:
            client = kind(bench)
            if not client.is_there:
                absent.append(client.name)
                continue
            print(f"{client.name} {client.version} ...", file=sys.stderr)
            rows += [run(bench, client, int(rate)) for rate in options.rates.split(",")]
    print(table(["client", "streams/s asked", "sent", "TTFT p50 of the log, ms", "client's error, ms", "p99 of the log, ms",
                 "client's error, ms", "CPU µs a chunk", "CPU", "peak memory, MiB"], rows))
    if absent:
        print(f"\nNot installed: {', '.join(absent)}.")


if __name__ == "__main__":
    main()
