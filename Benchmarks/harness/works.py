"""The works. Each returns its figures as plain data; report.py makes tables of them, plot.py pictures."""
import csv
import http.server
import os
import re
import statistics
import subprocess
import threading
import time

from . import child, servers, tools

# By the name in the figures: nginx's port, and how many connections the 64 share where they do.
PROTOCOLS = {"http1": ("http1", None), "tls": ("tls", None), "h2": ("h2", None), "h2-shared": ("h2", 8), "h2-one": ("h2", 1)}
CONNECTIONS = 64


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "rounds": len(values)}


def quantile(values, p):
    """Linear interpolation, as the product's own percentiles."""
    values = sorted(values)
    x = p / 100 * (len(values) - 1)
    low = int(x)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (x - low)


def saturation(bench):
    """POST of 1.5 kB, answer of 1.2 kB, 64 connections, as fast as it goes: every tool in turn, round after round."""
    figures = {}
    with servers.nginx(bench.home) as urls:
        certificate = {"SSL_CERT_FILE": os.path.join(bench.home, "cert.pem")}
        for protocol, (port, shared) in PROTOCOLS.items():
            environment = {**certificate, **({"BENCH_H2": "1"} if port == "h2" else {}),
                           **({"BENCH_SHARED": str(shared)} if shared else {})}
            rounds = {name: [] for name, tool in bench.tools.items() if tool}
            for _ in range(bench.rounds):
                for name in rounds:
                    result = bench.tools[name].saturate(urls[port], CONNECTIONS, bench.seconds, environment)
                    if result:
                        cost, count = result
                        rounds[name].append((count / cost.wall, cost.cpu / count * 1e6))
            figures[protocol] = {
                name: {"requests_per_second": spread([rate for rate, _ in seen]),
                       "cpu_us_per_request": spread([cpu for _, cpu in seen]),
                       "cpu_ratio_to_floor": spread([cpu / floor for (_, cpu), (_, floor)
                                                     in zip(seen, rounds[tools.Floor.name])])}
                for name, seen in rounds.items() if seen}
    return figures


SHAPE = {"executor": "constant-arrival-rate", "rate": 200, "timeUnit": "1s", "duration": "15s",
         "preAllocatedVUs": 800, "maxVUs": 1600}


def shape(bench):
    """open_loop_decode's shape: start to first request, CPU a request and memory with everything included. In turn with
    a bare libcurl loop that is paced by a timer, which says what a sleeping CPU costs whoever wakes it, and with k6."""
    loadgen, floor, k6 = bench.loadgen, bench.tools[tools.Floor.name], bench.tools[tools.K6.name]
    ways = {loadgen.name: lambda url: child.run(loadgen.command(url, SHAPE)[0]),
            floor.name: lambda url: floor.pace(url, SHAPE["preAllocatedVUs"], SHAPE["rate"], SHAPE["rate"] * 15)}
    if k6:
        ways[k6.name] = lambda url: k6.run(url, SHAPE, k6.many)
    seen = {name: [] for name in ways}
    for _ in range(min(bench.rounds, 3)):
        for name, way in ways.items():
            with servers.Responder(bench.build, bench.home, 2000) as server:
                begin = time.monotonic_ns()
                cost = way(server.url)
            count = len(server.stamps)
            seen[name].append({"first_request_s": (min(server.stamps) - begin) / 1e9, "requests": count,
                               "cpu_ms_per_request": cost.cpu / count * 1e3, "peak_mib": cost.peak_mib})
    return {name: {key: spread([run[key] for run in runs]) for key in runs[0]} for name, runs in seen.items()}


def scale(bench):
    """2,000 requests/s whose answers take 0.5, 5 and 25 s: 1,000, 10,000 and 50,000 in flight at the same rate.

    A process cannot have more connections than descriptors, and past 14,000 connections to one address and port Linux
    searches half of the 28,000 local ports for every new one: above 10,000 the load is shared by several processes, each
    with a responder of its own."""
    rate, figures = 2000, {}
    for in_flight in (1_000, 10_000, 50_000):
        processes = -(-in_flight // min(10_000, bench.descriptors - 1000))
        delay = in_flight / rate
        seconds = int(max(20, 3 * delay))
        plan = {"executor": "constant-arrival-rate", "rate": rate, "timeUnit": f"{processes}s",
                "duration": f"{seconds}s", "preAllocatedVUs": in_flight // processes,
                "maxVUs": bench.descriptors - 500, "gracefulStop": "60s"}
        responders = [servers.Responder(bench.build, bench.home, int(delay * 1000)) for _ in range(processes)]
        begin = time.monotonic()
        runs = [bench.loadgen.command(server.url, plan) for server in responders]
        children = [child.start(command) for command, _ in runs]
        costs = [child.finish(process, begin) for process in children]
        for server in responders:
            server.__exit__()
        count = sum(len(server.stamps) for server in responders)
        summaries = [tools.summary(out) for _, out in runs]
        figures[in_flight] = {
            "processes": processes, "requests": count,
            "failed": sum(s["throughput"]["error_count"] for s in summaries),
            "cpu_us_per_request": sum(cost.cpu for cost in costs) / count * 1e6,
            "peak_mib": sum(cost.peak_mib for cost in costs)}
    return figures


def flight(bench):
    """50,000 requests in flight in one process: users share 64 connections over HTTP/2, and nginx lets 4,000 a second through, which
    it answers before it has read their bodies."""
    users, rate, seconds = 50_000, 4000, 25
    place = os.path.join(bench.home, "www")
    os.makedirs(os.path.join(place, "v1", "chat"), exist_ok=True)
    with open(place + tools.PATH, "w") as out:
        out.write(servers.ANSWER)
    settings = (f"limit_req_zone $server_name zone=all:1m rate={rate}r/s; http2_max_concurrent_streams 2000; root {place};"
                " default_type application/json; error_page 405 =200 $uri;")
    with servers.worker(bench.home, "flight", 4096, settings, "limit_req zone=all burst=1000000;") as urls:
        command, out = bench.loadgen.command(urls["h2"], {
            "executor": "constant-vus", "vus": users, "duration": f"{seconds}s", "gracefulStop": "60s", "request_timeout": "120s",
            "connections": CONNECTIONS, "preconnect": True})
        cost = child.run(command, environment={"SSL_CERT_FILE": os.path.join(bench.home, "cert.pem")})
    seen = tools.summary(out)
    count = seen["throughput"]["total_requests"]
    return {"in_flight": users, "connections": CONNECTIONS, "requests": count, "failed": seen["throughput"]["error_count"],
            "cpu_us_per_request": cost.cpu / count * 1e6, "peak_mib": cost.peak_mib}


def accuracy(bench):
    """Lateness of sends against the schedule, by the records and by the server's stamps of first bytes. Beside it
    k6, and a bare libcurl loop with an absolute timer: how late this machine wakes whoever asks."""
    figures = {}
    for rate in (20, 200, 1000, 5000):
        for place, cpu in (("server on the other CPU", child.SERVER_CPU), ("server on the same CPU", child.TOOL_CPU)):
            figures[f"{rate}/s, {place}"] = lateness(bench, rate, cpu)
        for name, seen in others_lateness(bench, rate):
            figures[f"{rate}/s, server on the other CPU, {name}"] = seen
    return figures


def lateness(bench, rate, server_cpu, environment=None):
    with servers.Responder(bench.build, bench.home, 20, server_cpu) as server:
        command, out = bench.loadgen.command(server.url, paced(rate))
        records = os.path.join(bench.home, os.path.basename(out) + ".smlrec")
        child.run([*command, "--records", records], environment=environment)
    ours = [(int(row["started_ns"]) - int(row["scheduled_ns"])) / 1e3 for row in exported(bench, records)]
    os.unlink(records)
    return {"requests": len(ours), "records_us": quantiles(ours), "server_us": quantiles(seen_by(server, rate))}


def others_lateness(bench, rate):
    """By the server's stamps, of the tools that can be paced."""
    floor, k6 = bench.tools[tools.Floor.name], bench.tools[tools.K6.name]
    ways = {floor.name: lambda url: floor.pace(url, 200, rate, rate * seconds_at(rate))}
    # At 5,000/s k6 has not the CPU it needs; what it drops would be taken for lateness.
    if k6 and rate <= 1000:
        ways[k6.name] = lambda url: k6.run(url, paced(rate), k6.few)
    for name, way in ways.items():
        with servers.Responder(bench.build, bench.home, 20) as server:
            way(server.url)
        yield name, {"requests": len(server.stamps), "records_us": None, "server_us": quantiles(seen_by(server, rate))}


def paced(rate):
    return {"executor": "constant-arrival-rate", "rate": rate, "timeUnit": "1s", "duration": f"{seconds_at(rate)}s",
            "preAllocatedVUs": 200, "maxVUs": 4000}


def seconds_at(rate):
    return 20 if rate < 200 else 10


def seen_by(server, rate):
    """Lateness in µs by the server's clock, on which the schedule's zero is not known: the least late arrival is taken to
    be punctual."""
    grid = 1e9 / rate
    late = [stamp - index * grid for index, stamp in enumerate(sorted(server.stamps))]
    least = min(late)
    return [(value - least) / 1e3 for value in late]


def quantiles(values):
    return {p: quantile(values, p) for p in (50, 99, 100)}


def exported(bench, records):
    text = subprocess.run([os.path.join(bench.binaries, "sml"), "loadtest", "records", records], check=True,
                          capture_output=True, text=True).stdout
    return (row for row in csv.DictReader(text.splitlines()) if row["kind"] == "request")


def length(bench):
    """Millions of requests in one run: memory once a second, pushes to a receiver every 5 s."""
    with Receiver() as receiver, servers.Responder(bench.build, bench.home) as server:
        command, out = bench.loadgen.command(
            server.url, {"executor": "constant-vus", "vus": CONNECTIONS, "duration": f"{bench.length_seconds}s"})
        begin = time.monotonic()
        process = child.start(command, environment={"K6_PROMETHEUS_RW_SERVER_URL": receiver.url})
        memory = []
        while not ended(process.pid):
            memory.append((time.monotonic() - begin, resident_mib(process.pid)))
            time.sleep(1)
        cost = child.finish(process, begin)
    memory = [point for point in memory if point[1] > 0]
    half = len(memory) // 2
    return {"requests": len(server.stamps), "cpu_us_per_request": cost.cpu / len(server.stamps) * 1e6,
            "peak_mib": cost.peak_mib, "memory_mib": memory,
            "growth_of_second_half_mib": max(m for _, m in memory[half:]) - max(m for _, m in memory[:half]),
            "pushes": receiver.sizes, "errors": tools.summary(out)["throughput"]["error_count"]}


def ended(pid):
    """A zombie: over, not yet waited for."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "Z"


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as file:
        found = re.search(r"VmRSS:\s+(\d+) kB", file.read())
    return int(found[1]) / 1024 if found else 0


class Receiver:
    """Takes every push and remembers its size in bytes."""

    def __enter__(self):
        sizes = self.sizes = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                sizes.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1/write"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def remote_write(bench):
    """Saturation and accuracy with and without pushes, in turn."""
    cpu = {"off": [], "on": []}
    late = {"off": [], "on": []}
    with Receiver() as receiver:
        ways = {"off": {"K6_PROMETHEUS_RW_SERVER_URL": ""}, "on": {"K6_PROMETHEUS_RW_SERVER_URL": receiver.url}}
        with servers.nginx(bench.home) as urls:
            for _ in range(bench.rounds):
                for way, environment in ways.items():
                    cost, count = bench.loadgen.saturate(urls["http1"], CONNECTIONS, bench.seconds, environment)
                    cpu[way].append(cost.cpu / count * 1e6)
        for _ in range(min(bench.rounds, 3)):
            for way, environment in ways.items():
                late[way].append(lateness(bench, 1000, child.SERVER_CPU, environment)["records_us"][99])
    return {way: {"cpu_us_per_request": spread(cpu[way]), "lateness_p99_us": spread(late[way])} for way in ways}


ALL = {"saturation": saturation, "shape": shape, "scale": scale, "flight": flight, "accuracy": accuracy,
       "length": length, "remote_write": remote_write}
