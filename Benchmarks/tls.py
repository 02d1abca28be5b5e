#!/usr/bin/env python3
"""What a new TLS connection costs with a system's bundle of authorities, against one certificate.

    Benchmarks/tls.py [SML-LOADGEN ...]      prints a table; without arguments .build/release/sml-loadgen

Users of a closed loop whose every request opens a connection (nginx closes it), before a responder that takes 20 ms. Once
each with a file of the server's certificate alone and with the system's bundle behind it, in turn, three rounds.
"""
import contextlib
import os
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, child, servers, tools  # noqa: E402

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
USERS, SECONDS, ROUNDS, DELAY_MS = 100, 8, 3, 20


@contextlib.contextmanager
def front(home, backend):
    port = servers.free_port()
    cert, key = servers.certificate(home)
    path = os.path.join(home, "front.conf")
    temporary = " ".join(f"{name}_temp_path {home}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(path, "w") as out:
        out.write(f"""daemon off; master_process off; error_log {home}/front.log; pid {home}/front.pid;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_timeout 0; client_body_buffer_size 16k; {temporary}
  upstream back {{ server {backend}; keepalive 200; }}
  server {{ listen 127.0.0.1:{port} ssl backlog=4096; ssl_certificate {cert}; ssl_certificate_key {key};
    location / {{ proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
""")
    process = child.start(["nginx", "-c", path], child.SERVER_CPU)
    try:
        servers.wait_for(port)
        yield f"https://127.0.0.1:{port}", cert
    finally:
        child.stop(process)


def main():
    binaries = sys.argv[1:] or [os.path.join(HERE, "..", ".build", "release", "sml-loadgen")]
    with tempfile.TemporaryDirectory() as home:
        build.tools(home)
        with servers.Responder(home, home, DELAY_MS) as server, \
                front(home, server.url.removeprefix("http://")) as (url, cert):
            bundle = os.path.join(home, "bundle.pem")
            with open(bundle, "wb") as out:
                for part in (cert, BUNDLE):
                    with open(part, "rb") as file:
                        out.write(file.read())
            seen = {}
            loadgen = tools.Loadgen(home, home)
            for _ in range(ROUNDS):
                for binary in binaries:
                    for name, file in (("one certificate", cert), ("system's bundle", bundle)):
                        loadgen.program = binary
                        command, out = loadgen.command(url, {
                            "executor": "constant-vus", "vus": USERS, "duration": f"{SECONDS}s", "gracefulStop": "5s"})
                        cost = child.run(command, environment={"SSL_CERT_FILE": file})
                        result = tools.summary(out)
                        requests = result["throughput"]["total_requests"]
                        times = result["sml"]["latency"]["end_to_end_ms"]
                        seen.setdefault((binary, name), []).append(
                            (requests, cost.cpu / requests * 1e3, times["med"], times["p99"], cost.peak_mib))
    print("| sml-loadgen | authorities | requests | CPU, ms a connection | p50, ms | p99, ms | peak memory, MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for (binary, name), rows in seen.items():
        requests, cpu, p50, p99, memory = (statistics.median(column) for column in zip(*rows))
        print(f"| {binary} | {name} | {requests:,.0f} | {cpu:.2f} | {p50:.1f} | {p99:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
