#!/usr/bin/env python3
"""What streams cost and how true their times are, against the endpoint's own log and a bare libcurl loop in C.

    make build
    Benchmarks/streams.py                        everything, about 5 minutes
    Benchmarks/streams.py truth cost             some of it
    BENCH_CPUS=1,1 Benchmarks/streams.py truth   generator and endpoint on CPU 1

truth     200 streams/s of 200 chunks for 60 s: times to the first and the last token, against the log
cost      CPU a chunk beside Tools/floor.c, whose write callback counts newlines, in turn: chunk by chunk, and in pieces of 32 kB
rate      100,000 chunks/s and more into one generator thread
length    peak memory at answers of 1 MB and of 100 MB
open      10,000 open streams: peak memory
endpoint  sml-endpoint alone: 20,000 open streams (as far as descriptors go), 200,000 chunks/s; Tools/sweep.c reads
front     times of streams through nginx: HTTP/1.1, the same over TLS, HTTP/2, against the endpoint's log behind it
probe     a load that does not stream, with a probe beside it and without: its own figures, ours and the log's

Tables go to standard output. Nothing here passes or fails.
"""
import argparse
import csv
import os
import sys
import tempfile
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, child, servers, tools  # noqa: E402
from harness.report import number, ranged, table  # noqa: E402
from harness.works import exported, quantile, spread  # noqa: E402

# Beyond any number of requests at once: a queue would be part of the times.
BATCH = "1000000"


class Endpoint:
    """A running sml-endpoint; `rows` has its log once it has ended, `cost` what it took."""

    def __init__(self, bench, *options):
        self.log = os.path.join(bench.home, f"endpoint{time.monotonic_ns()}.csv")
        self.begin = time.monotonic()
        self.process = child.start([os.path.join(bench.binaries, "sml-endpoint"), "--max-batch", BATCH, "--output-tokens", "1000000",
                                    "--log", self.log, *options], child.SERVER_CPU)
        self.url = self.process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.cost = child.finish(self.process, self.begin)
        with open(self.log) as file:
            self.rows = [row for row in csv.DictReader(file) if row["status"] == "200"]
        os.unlink(self.log)

    @property
    def cpu(self):
        """Seconds of CPU time so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def writes(self):
        with open(f"/proc/{self.process.pid}/io") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("syscw"))


def stream(bench, url, chunks, scenario, environment=None):
    """Runs the generator; its cost and the records of its requests."""
    command, _ = tools.Loadgen(bench.binaries, bench.home, 200, chunks).command(url, {"stream": True, **scenario})
    records = os.path.join(bench.home, "streams.smlrec")
    cost = child.run([*command, "--records", records], environment=environment)
    rows = list(exported(bench, records))
    os.unlink(records)
    return cost, rows


def chunks_of(rows):
    return sum(int(row["chunks"] or 0) for row in rows)


def arrivals(rate, seconds, users, **more):
    return {"executor": "constant-arrival-rate", "rate": rate, "duration": f"{seconds}s", "preAllocatedVUs": users, **more}


def differences(truth, seen):
    """Rows of a table: quantiles of both in ms, and whether they agree to 1 ms or 1 %."""
    for p in (50, 95, 99):
        a, b = quantile(truth, p), quantile(seen, p)
        yield [f"p{p}", f"{a:.3f}", f"{b:.3f}", f"{b - a:+.3f}", f"{100 * (b - a) / a:+.2f}",
               "yes" if abs(b - a) <= max(1, a / 100) else "no"]


def truth(bench):
    with Endpoint(bench, "--ttft", "lognormal(100ms,0.5)", "--time-per-token", "5ms", "--seed", "7") as endpoint:
        cost, rows = stream(bench, endpoint.url, 200, arrivals(200, bench.seconds, 1200))
    good = [row for row in rows if row["first_token_ns"]]
    parts = [f"{len(rows):,} requests recorded, {len(endpoint.rows):,} in the log; {chunks_of(rows):,} chunks recorded, "
             f"{chunks_of(endpoint.rows):,} in the log; CPU of the generator {cost.cpu:.1f} s, of the endpoint {endpoint.cost.cpu:.1f} s, "
             f"in {cost.wall:.0f} s"]
    for name, column in (("time to the first token", "first_token_ns"), ("time to the last token", "last_token_ns")):
        theirs = [(int(row[column]) - int(row["arrival_ns"])) / 1e6 for row in endpoint.rows]
        ours = [(int(row[column]) - int(row["started_ns"])) / 1e6 for row in good]
        parts.append(table([name, "endpoint, ms", "generator, ms", "difference, ms", "%", "within 1 ms or 1 %"],
                           list(differences(theirs, ours))))
    return "\n\n".join(parts)


def cost(bench):
    """The same streams to both, paced by the same rate and read to their end, so that CPU time is all there is to compare."""
    rows = []
    for name, chunks, rate, users, options in (
            ("one by one, 40,000/s", 200, 200, 800, ["--ttft", "50ms", "--time-per-token", "5ms"]),
            ("one by one, 10,000/s", 200, 50, 200, ["--ttft", "50ms", "--time-per-token", "5ms"]),
            ("in pieces of 32 kB, 100,000/s", 1000, 100, 200, ["--ttft", "5ms", "--time-per-token", "0"])):
        ours, floors = [], []
        body = tools.body_file(bench.home, chunks, stream=True)
        with Endpoint(bench, *options) as endpoint:
            for _ in range(bench.rounds):
                seen = child.run([os.path.join(bench.home, "floor"), endpoint.url + tools.PATH, body, str(users),
                                  str(rate * bench.round_seconds), "http1", str(rate), "lines"])
                floors.append(seen.cpu / (rate * bench.round_seconds * chunks) * 1e6)
                seen, requests = stream(bench, endpoint.url, chunks, arrivals(rate, bench.round_seconds, users))
                ours.append(seen.cpu / chunks_of(requests) * 1e6)
        rows.append([name, ranged(spread(ours)), ranged(spread(floors)), ranged(spread([a / b for a, b in zip(ours, floors)]))])
    return table(["chunks come", "sml-loadgen, CPU µs a chunk", "libcurl in C", "ratio"], rows)


def rate(bench):
    rows = []
    for users, gap in ((1000, 10), (2000, 10)):
        chunks = 3000 // gap
        with Endpoint(bench, "--ttft", "20ms", "--time-per-token", f"{gap}ms") as endpoint:
            cost, requests = stream(bench, endpoint.url, chunks, {
                "executor": "constant-vus", "vus": users, "duration": "10s", "gracefulStop": "10s"})
        begin = min(int(row["first_token_ns"]) for row in requests)
        end = max(int(row["last_token_ns"]) for row in requests)
        late = [(int(row["last_token_ns"]) - int(row["arrival_ns"])) / 1e6 - 20 - gap * (chunks - 1) for row in endpoint.rows]
        ours = [(int(row["last_token_ns"]) - int(row["started_ns"])) / 1e6 for row in requests]
        theirs = [(int(row["last_token_ns"]) - int(row["arrival_ns"])) / 1e6 for row in endpoint.rows]
        seconds = (end - begin) / 1e9
        rows.append([f"{users:,}", f"{users * 1000 // gap:,}", number(chunks_of(requests) / seconds), f"{cost.cpu / seconds:.0%}",
                     f"{cost.cpu / chunks_of(requests) * 1e6:.2f}", f"{endpoint.cost.cpu / seconds:.0%}", number(quantile(late, 99)),
                     number(quantile(ours, 99) - quantile(theirs, 99))])
    return table(["open streams", "chunks/s due", "chunks/s read", "CPU of the generator", "µs a chunk", "CPU of the endpoint",
                  "endpoint's last token late, p99, ms", "last token, generator − endpoint, p99, ms"], rows)


def length(bench):
    rows = []
    for name, chunks, requests in (("1 MB", 4_000, 100), ("100 MB", 400_000, 8)):
        with Endpoint(bench, "--ttft", "1ms", "--time-per-token", "0") as endpoint:
            cost, seen = stream(bench, endpoint.url, chunks, {
                "executor": "constant-vus", "vus": 4, "duration": "10s", "gracefulStop": "60s"})
        rows.append([name, len(seen), f"{chunks_of(seen):,}", f"{sum(int(row['bytes_received']) for row in seen) / 1e6:,.0f}",
                     number(cost.peak_mib)])
    return table(["answers of", "requests", "chunks", "MB in all", "peak memory, MiB"], rows)


def open_streams(bench):
    users = min(10_000, bench.descriptors - 1000)
    with Endpoint(bench, "--ttft", "1s", "--time-per-token", "500ms") as endpoint:
        cost, rows = stream(bench, endpoint.url, 20, {
            "executor": "constant-vus", "vus": users, "duration": "12s", "gracefulStop": "30s"})
    overlap = min(int(row["last_token_ns"] or 0) for row in rows[:users]) - max(int(row["first_token_ns"] or 0) for row in rows[:users])
    return table(["open streams", "requests", "failed", "all open together, s", "peak memory, MiB", "kB a stream"], [
        [f"{users:,}", f"{len(rows):,}", sum(row["status"] != "200" for row in rows), f"{overlap / 1e9:.1f}", number(cost.peak_mib),
         number(cost.peak_mib * 1024 / users)]])


def endpoint(bench):
    rows = []
    most = bench.descriptors - 100
    for streams, gap, seconds in ((1_000, 10, 3), (2_000, 10, 3), (min(10_000, most), 100, 4), (min(20_000, most), 100, 4)):
        warm = max(1, streams // 5000)
        chunks = (warm + seconds + 1) * 1000 // gap
        body = os.path.join(bench.home, "sweep.json")
        with open(body, "w") as out:
            out.write(tools.body(chunks, stream=True))
        with Endpoint(bench, "--ttft", "10ms", "--time-per-token", f"{gap}ms") as server:
            host, port = server.url.removeprefix("http://").split(":")
            sweep = child.start([os.path.join(bench.home, "sweep"), host, port, body, str(streams), str(seconds), "50", str(warm),
                                 str(warm + 3)])
            time.sleep(warm + 0.5)
            before = (server.cpu, server.writes, time.monotonic())
            time.sleep(seconds - 0.5)
            after = (server.cpu, server.writes, time.monotonic())
            seen, taken, still = sweep.stdout.read().split()
            sweep.wait()
        wall = after[2] - before[2]
        late = [(int(row["last_token_ns"]) - int(row["arrival_ns"])) / 1e6 - 10 - gap * (chunks - 1)
                for row in server.rows if row["mode"] == "ok" and int(row["completion_tokens"]) == chunks]
        rows.append([f"{int(still):,}", f"{streams * 1000 // gap:,}", f"{int(seen) / float(taken):,.0f}", f"{(after[0] - before[0]) / wall:.0%}",
                     f"{(after[1] - before[1]) / wall:,.0f}", number(server.cost.peak_mib),
                     *([number(quantile(late, 50)), number(quantile(late, 99))] if late else ["–", "–"])])
    return table(["open streams", "chunks/s due", "chunks/s read", "CPU", "writes/s", "peak memory, MiB",
                  "last token late, p50, ms", "p99, ms"], rows)


def front(bench):
    """In turn. What nginx adds is in the difference, whatever the protocol."""
    ways = {"none": None, "HTTP/1.1": "http1", "HTTP/1.1 over TLS": "tls", "HTTP/2 over TLS": "h2"}
    certificate = {"SSL_CERT_FILE": os.path.join(bench.home, "cert.pem")}
    columns = {"first": "first_token_ns", "last": "last_token_ns"}
    seen, counts = {}, {}
    for _ in range(bench.rounds):
        for way, protocol in ways.items():
            with Endpoint(bench, "--ttft", "lognormal(100ms,0.5)", "--time-per-token", "10ms", "--seed", "7") as endpoint, \
                    servers.front(bench.home, endpoint.url) as urls:
                _, requests = stream(bench, urls.get(protocol, endpoint.url), 50, arrivals(100, bench.front_seconds, 600), certificate)
            spoken = {row["http_version"] for row in requests}
            assert spoken == {"20" if protocol == "h2" else "11"}, spoken
            counts[way] = counts.get(way, 0) + len(requests)
            for token, column in columns.items():
                theirs = [(int(row[column]) - int(row["arrival_ns"])) / 1e6 for row in endpoint.rows]
                ours = [(int(row[column]) - int(row["started_ns"])) / 1e6 for row in requests]
                assert len(ours) == len(theirs), (len(ours), len(theirs))
                seen.setdefault((way, token), []).append([
                    cell for p in (50, 99) for cell in (quantile(theirs, p), quantile(ours, p) - quantile(theirs, p))])

    def cell(values, sign=""):
        figure = spread(values)
        return f"{figure['median']:{sign}.2f} ({figure['min']:{sign}.2f} to {figure['max']:{sign}.2f})"
    rows = [[way, f"{token} token", f"{counts[way]:,}", *(cell(values, "+" if index % 2 else "") for index, values in enumerate(zip(*rounds)))]
            for (way, token), rounds in seen.items()]
    return table(["nginx's protocol", "time to the", "streams", "p50 of the log, ms", "difference, ms", "p99 of the log, ms", "difference, ms"], rows)


def probe(bench):
    """Twice without and once with, in turn: what differs between the two without is noise."""
    ways = {"without": {}, "with a probe of 1/s": {"probe": {}}, "without, once more": {}}
    seen = {way: [] for way in ways}
    for _ in range(bench.rounds):
        for way, more in ways.items():
            with Endpoint(bench, "--ttft", "100ms", "--time-per-token", "2ms") as endpoint:
                command, _ = tools.Loadgen(bench.binaries, bench.home, 200).command(
                    endpoint.url, {**arrivals(20, bench.probe_seconds, 60), **more})
                records = os.path.join(bench.home, "probe.smlrec")
                child.run([*command, "--records", records])
            rows = [row for row in exported(bench, records) if row["arm"] == "0"]
            os.unlink(records)
            ours = [(int(row["end_ns"]) - int(row["started_ns"])) / 1e6 for row in rows]
            late = [(int(row["started_ns"]) - int(row["scheduled_ns"])) / 1e6 for row in rows]
            theirs = [(int(row["departure_ns"]) - int(row["arrival_ns"])) / 1e6 for row in endpoint.rows if row["first_token_ns"] == "0"]
            assert len(ours) == len(theirs), (len(ours), len(theirs))
            seen[way].append([len(ours), *(quantile(values, p) for values in (ours, theirs) for p in (50, 95, 99)), quantile(late, 99)])
    def cell(values):
        figure = spread(values)
        return f"{figure['median']:.2f} ({figure['min']:.2f}–{figure['max']:.2f})"
    return table(["load of 20/s", "requests", "p50, ms", "p95", "p99", "by the log: p50, ms", "p95", "p99", "lateness p99, ms"], [
        [way, f"{sum(column[0] for column in rounds):,}", *(cell([run[index] for run in rounds]) for index in range(1, 8))]
        for way, rounds in seen.items()])


ALL = {"truth": truth, "cost": cost, "rate": rate, "length": length, "open": open_streams, "endpoint": endpoint, "front": front,
       "probe": probe}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", nargs="*", choices=[*ALL, []], help="default: all")
    parser.add_argument("--seconds", type=int, default=60, help="length of truth (default 60)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of cost (default 3)")
    parser.add_argument("--round-seconds", type=int, default=5, help="length of one of them (default 5)")
    parser.add_argument("--front-seconds", type=int, default=20, help="length of a run of front (default 20)")
    parser.add_argument("--probe-seconds", type=int, default=20, help="length of a run of probe (default 20)")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    options = parser.parse_args()
    descriptors = child.raise_descriptor_limit()
    with tempfile.TemporaryDirectory() as home:
        build.tools(home)
        bench = SimpleNamespace(home=home, descriptors=descriptors, **vars(options))
        for name in options.work or ALL:
            print(f"## {name}\n\n{ALL[name](bench)}\n", flush=True)


if __name__ == "__main__":
    main()
