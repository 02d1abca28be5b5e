#!/usr/bin/env python3
"""What the first wave of users pays for connecting at once, and what takes it out: `preconnect`, `tls_resumption`, shared connections.

    make build
    Benchmarks/wave.py                       1,000 users, each way five rounds in turn (4 minutes)
    Benchmarks/wave.py --rounds 1 preconnect

A closed loop over TLS 1.3 and HTTP/2 through nginx, which has the other CPU, before a server that answers after 2 s. By the records:
latency of the requests that started in the first second, and of the rest. By nginx's log: the end of each of the first requests
since the first of them, or without `preconnect` the first connection, reached it (so with the time that all sends take), and how long it
had the rest; connections, and those on resumed sessions.
"""
import argparse
import os
import sys
import tempfile
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, child, servers, tools  # noqa: E402
from harness.report import number, table  # noqa: E402
from harness.works import exported, quantile, spread  # noqa: E402

ANSWER_MS = 2000
SHARED = 16
WAYS = {
    "as-k6": {},
    "preconnect": {"preconnect": True},
    "tls_resumption": {"tls_resumption": True},
    "shared": {"connections": SHARED},
    "shared-preconnect": {"connections": SHARED, "preconnect": True},
}


def nginx_before(bench, server):
    """A new one for each run: connections and sessions of others are none of its business."""
    settings = f"""ssl_protocols TLSv1.3; proxy_http_version 1.1; proxy_set_header Connection "";
  upstream model {{ server {server.url.removeprefix("http://")}; keepalive 4096; }}
  log_format wave '$msec $request_time $connection $connection_time $ssl_session_reused $status $server_protocol';"""
    return servers.worker(bench.home, "wave", 8192, settings, f"access_log {bench.home}/wave.access wave; proxy_pass http://model;")


def noted(bench, users, first_is_connection):
    """The first requests' ends since the wave reached nginx, how long it had the rest, ms; connections, and those that resumed."""
    with open(os.path.join(bench.home, "wave.access")) as log:
        rows = sorted(((float(end), float(took), connection, float(lived), resumed == "r")
                       for end, took, connection, lived, resumed, status, protocol in map(str.split, log)
                       if status == "200" and protocol == "HTTP/2.0"), key=lambda row: row[0])
    first = rows[:users]
    zero = min(end - (lived if first_is_connection else took) for end, took, _, lived, _ in first)
    return ([(row[0] - zero) * 1e3 for row in first], [row[1] * 1e3 for row in rows[users:]],
            {row[2] for row in rows}, {row[2] for row in rows if row[4]})


def once(bench, way):
    """p50 and p99 of the first wave and of the rest by the records, the same by nginx, then counts."""
    with servers.Responder(bench.home, bench.home, ANSWER_MS) as server, nginx_before(bench, server) as urls:
        command, _ = bench.loadgen.command(urls["h2"], {
            "executor": "constant-vus", "vus": bench.users, "duration": f"{bench.seconds}s", "gracefulStop": "10s", **WAYS[way]})
        records = os.path.join(bench.home, "wave.smlrec")
        child.run([*command, "--records", records], environment={"SSL_CERT_FILE": os.path.join(bench.home, "cert.pem")})
    requests = list(exported(bench, records))
    first, rest = ([(int(row["end_ns"]) - int(row["started_ns"])) / 1e6 for row in requests
                    if row["status"] == "200" and (int(row["started_ns"]) < 1e9) == is_first] for is_first in (True, False))
    arrived, had, connections, resumed = noted(bench, bench.users, "preconnect" not in WAYS[way])
    failed = len(requests) - len(first) - len(rest)
    assert len(arrived) + len(had) == len(first) + len(rest), (len(arrived), len(had), len(first), len(rest))
    for path in (records, os.path.join(bench.home, "wave.access")):
        os.unlink(path)
    return [*(quantile(seen, p) if seen else None for seen in (first, rest, arrived, had) for p in (50, 99)),
            len(requests), failed, len(connections), len(resumed)]


def cell(values):
    """Median of the rounds, with the least and the most."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    figure = spread(values)
    return f"{figure['median']:,.0f}" + (f" ({figure['min']:,.0f}–{figure['max']:,.0f})" if figure["min"] < figure["max"] else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", metavar="way", help=f"some of {', '.join(WAYS)} (default all)")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6, help="length of a run (default 6)")
    parser.add_argument("--binaries", default=os.path.join(HERE, "..", ".build", "release"))
    options = parser.parse_args()
    for way in options.ways:
        if way not in WAYS:
            parser.error(f"{way}: expected some of {', '.join(WAYS)}")
    child.raise_descriptor_limit()
    seen = {way: [] for way in options.ways or WAYS}
    with tempfile.TemporaryDirectory() as home:
        build.tools(home)
        bench = SimpleNamespace(home=home, loadgen=tools.Loadgen(options.binaries, home, 200), **vars(options))
        for _ in range(options.rounds):
            for way, rounds in seen.items():
                rounds.append(once(bench, way))
                print(way, *(value if value is None else number(value) for value in rounds[-1]), sep=" | ", file=sys.stderr)
    print(f"{options.users:,} users, ms; {options.rounds} rounds in turn, medians (least to most)\n")
    print(table(["", "first second p50", "p99", "rest p50", "p99", "nginx: first wave p50", "p99", "rest p50", "p99", "requests", "failed",
                 "connections", "resumed"],
                [[way, *map(cell, zip(*rounds))] for way, rounds in seen.items()]))


if __name__ == "__main__":
    main()
