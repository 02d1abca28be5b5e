"""The two servers: nginx where the protocol matters, the responder of Tools/ where time does."""
import array
import contextlib
import json
import os
import socket
import subprocess
import time

from . import child

ANSWER = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "word " * 200}, "finish_reason": "length"}],
    "usage": {"prompt_tokens": 300, "completion_tokens": 200, "total_tokens": 500}})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(home):
    """A self-signed certificate for 127.0.0.1, and its key."""
    files = os.path.join(home, "cert.pem"), os.path.join(home, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


@contextlib.contextmanager
def nginx(home):
    """Yields {protocol: URL} of one nginx worker that answers every POST at once."""
    with worker(home, "nginx", 4096, "default_type application/json;", f"return 200 '{ANSWER}';") as urls:
        yield urls


@contextlib.contextmanager
def front(home, url):
    """Yields {protocol: URL} of one nginx worker before `url`, which hands on what comes as it comes."""
    settings = f"""upstream model {{ server {url.removeprefix("http://")}; keepalive 4096; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;"""
    with worker(home, "front", 8192, settings, "proxy_pass http://model;") as urls:
        yield urls


@contextlib.contextmanager
def worker(home, name, connections, settings, answer):
    """Yields {protocol: URL} of one nginx worker that serves `answer` by all three."""
    plain, tls, h2 = (free_port() for _ in range(3))
    cert, key = certificate(home)
    path = os.path.join(home, f"{name}.conf")
    with open(path, "w") as out:
        out.write(f"""daemon off; master_process off; error_log {home}/{name}.log; pid {home}/{name}.pid;
events {{ worker_connections {connections}; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600; client_body_buffer_size 16k;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  ssl_certificate {cert}; ssl_certificate_key {key}; {settings}
  server {{ listen 127.0.0.1:{plain}; location / {{ {answer} }} }}
  server {{ listen 127.0.0.1:{tls} ssl; location / {{ {answer} }} }}
  server {{ listen 127.0.0.1:{h2} ssl http2; http2_max_requests 1000000000; location / {{ {answer} }} }} }}
""")
    process = child.start(["nginx", "-c", path], child.SERVER_CPU)
    try:
        wait_for(plain)
        yield {"http1": f"http://127.0.0.1:{plain}", "tls": f"https://127.0.0.1:{tls}", "h2": f"https://127.0.0.1:{h2}"}
    finally:
        child.stop(process)


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


class Responder:
    """One responder; `stamps` has the first byte of each request once it has ended."""

    def __init__(self, build, home, delay_ms=0, cpu=child.SERVER_CPU):
        answer = os.path.join(home, "answer.json")
        with open(answer, "w") as out:
            out.write(ANSWER)
        self.file = os.path.join(home, f"stamps.{time.monotonic_ns()}")
        self.process = child.start([os.path.join(build, "responder"), answer, str(delay_ms), self.file], cpu)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        child.stop(self.process)
        self.stamps = array.array("q")
        with open(self.file, "rb") as stamps:
            self.stamps.frombytes(stamps.read())
        os.unlink(self.file)
