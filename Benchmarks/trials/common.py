"""What the trials share: an endpoint with a log, a run against it, what the kernel saw between them, and all their figures."""
import argparse, concurrent.futures, csv, json, os, random, signal, socket, struct, subprocess, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def options(description, runs, seconds, at_once):
    """Those that every trial has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=runs, help=f"of each kind (default: {runs})")
    parser.add_argument("--seconds", type=int, default=seconds, help=f"length of a run (default: {seconds})")
    parser.add_argument("--at-once", type=int, default=at_once, help=f"runs beside each other (default: {at_once})")
    parser.add_argument("--programs", default=os.path.join(ROOT, ".build", "release"), help="directory of sml-loadgen and sml-endpoint")
    parser.add_argument("--cpu", type=int, help="keep endpoints and generators on this CPU")
    parser.add_argument("--keep", help="append each run's figures to this file, a JSON object a line")
    return parser


def quantile(values, p):
    values = sorted(values)
    if not values:
        return float("nan")
    x = p * (len(values) - 1)
    low = int(x)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (x - low)


def each(work, items, at_once):
    """work(item) for each, so many beside each other, in the order of their ends."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for done in concurrent.futures.as_completed([pool.submit(work, item) for item in items]):
            yield done.result()


def keep(path, value):
    if path:
        with open(path, "a") as out:
            out.write(json.dumps(value) + "\n")


def pinned(cpu):
    return [] if cpu is None else ["taskset", "-c", str(cpu)]


class Endpoint:
    """`clock` in its rows is CLOCK_MONOTONIC; `zero` turns it into nanoseconds since 1970."""

    def __init__(self, programs, arguments, home, cpu=None):
        self.log = os.path.join(home, f"endpoint-{random.SystemRandom().getrandbits(48):012x}.csv")
        self.process = subprocess.Popen(
            [*pinned(cpu), os.path.join(programs, "sml-endpoint"), "--port", "0", "--log", self.log, *arguments],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Ends it; of each good answer, when its request was read (nanoseconds since 1970) and how long it took."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        zero = time.time_ns() - time.monotonic_ns()
        with open(self.log) as log:
            found = [(int(row["arrival_ns"]) + zero, int(row["departure_ns"]) - int(row["arrival_ns"]))
                     for row in csv.DictReader(log) if row["mode"] == "ok" and row["status"] == "200"]
        os.unlink(self.log)
        return found


class Wire:
    """What the kernel saw on the loopback device to and from one port: no process's own clock, so that a server that is not run
    counts as slow and a generator that is not run does not. Needs root.
    """

    OUTGOING, TIMESTAMPS = 4, 35

    def __init__(self, port):
        self.port, self.packets, self.stopped = port, [], False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        # IPv4 and TCP without options of IP, from or to the port: all else is left in the kernel.
        program = [(0x28, 0, 0, 12), (0x15, 0, 8, 0x800), (0x30, 0, 0, 23), (0x15, 0, 6, 6), (0x28, 0, 0, 34), (0x15, 3, 0, port),
                   (0x28, 0, 0, 36), (0x15, 1, 0, port), (0x06, 0, 0, 0), (0x06, 0, 0, 96), (0x06, 0, 0, 0)]
        code = b"".join(struct.pack("HBBI", *step) for step in program)
        self.code = (ctypes_buffer := bytearray(code))  # Kept: the kernel copies it at once, but not before.
        import ctypes
        address = ctypes.addressof((ctypes.c_char * len(ctypes_buffer)).from_buffer(ctypes_buffer))
        self.socket.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", len(program), address))  # SO_ATTACH_FILTER
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, self.TIMESTAMPS, 1)  # SO_TIMESTAMPNS
        self.socket.bind(("lo", 3))
        self.socket.settimeout(0.5)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while True:
            try:
                data, ancillary, _, address = self.socket.recvmsg(96, 64)
            except TimeoutError:
                if self.stopped:
                    return
                continue
            if address[2] != self.OUTGOING:
                continue
            total, = struct.unpack_from("!H", data, 16)
            source, target = struct.unpack_from("!HH", data, 34)
            if total - 20 - (data[46] >> 4) * 4 > 0:
                seconds, nanoseconds = struct.unpack("ll", ancillary[0][2][:16])
                self.packets.append((seconds * 1_000_000_000 + nanoseconds, source, target))

    def stop(self):
        """Of each answer, when its request left (nanoseconds since 1970) and how long until the last of it was sent."""
        self.stopped = True
        self.thread.join()
        self.socket.close()
        open_, found = {}, []
        for instant, source, target in self.packets:
            if target == self.port:
                sent, answered = open_.get(source, (None, None))
                if sent is None or answered is not None:
                    if answered is not None:
                        found.append((sent, answered - sent))
                    open_[source] = (instant, None)
            elif target in open_:
                open_[target] = (open_[target][0], instant)
        return found + [(sent, answered - sent) for sent, answered in open_.values() if answered is not None]


class Run:
    """sml-loadgen against `url`, started at once."""

    def __init__(self, programs, url, scenario, home, cpu=None, prompts=1000):
        self.out = tempfile.mkdtemp(dir=home)
        config, corpus = os.path.join(self.out, "run_config.json"), os.path.join(self.out, "prompts.json")
        with open(config, "w") as out:
            json.dump({"server_url": url, "model": "m", "scenario": "trial", "scenario_definition": scenario, "think_time": "0",
                       "max_tokens": None}, out)
        with open(corpus, "w") as out:
            json.dump([{"label": "a", "max_tokens": 64, "content": f"#{i} " + "word " * 40} for i in range(prompts)], out)
        self.process = subprocess.Popen(
            [*pinned(cpu), os.path.join(programs, "sml-loadgen"), "--config", config, "--prompts", corpus, "--out",
             os.path.join(self.out, "out"), "--quiet", "--no-test-request", "--workers", "1"])

    def summary(self):
        """Waits for its end; the `sml` object."""
        if self.process.wait() != 0:
            raise SystemExit(f"sml-loadgen ended with {self.process.returncode}")
        with open(os.path.join(self.out, "out", "summary.json")) as file:
            return json.load(file)["sml"]


def inside(rows, summary, window):
    """Durations in milliseconds of `rows` that began in `window` (seconds) of the run."""
    zero = summary["run"]["started_unix_nanoseconds"]
    return [taken / 1e6 for begun, taken in rows if window[0] <= (begun - zero) / 1e9 < window[1]]


def open_loop(rate, seconds, seed=None, users=2000):
    return {"executor": "poisson-arrival-rate", "rate": rate, "duration": f"{seconds}s", "preAllocatedVUs": 200, "maxVUs": users,
            "arrivalSeed": random.randrange(1 << 30) if seed is None else seed, "gracefulStop": "60s"}


def closed_loop(users, seconds):
    return {"executor": "constant-vus", "vus": users, "duration": f"{seconds}s", "gracefulStop": "60s"}
