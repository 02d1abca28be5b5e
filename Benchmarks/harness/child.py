"""Child processes and what the kernel says they cost."""
import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass

# The tool under test and the server get a CPU each where there are two. BENCH_CPUS=1,0 chooses them.
CPUS = [int(cpu) for cpu in os.environ["BENCH_CPUS"].split(",")] if os.environ.get("BENCH_CPUS") else sorted(os.sched_getaffinity(0))
TOOL_CPU, SERVER_CPU = CPUS[0], CPUS[1 % len(CPUS)]


@dataclass
class Cost:
    """A finished process as the kernel accounts for it; its own children are not in it."""
    wall: float
    cpu: float
    peak_mib: float
    output: str


def raise_descriptor_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def pin(cpu):
    return None if cpu is None else lambda: os.sched_setaffinity(0, {cpu})


def finish(process, begin, accepted=(0,)):
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accepted:
        raise SystemExit(f"{process.args[0]} ended with {process.returncode}:\n{output[-2000:]}")
    return Cost(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def start(command, cpu=TOOL_CPU, environment=None):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=pin(cpu),
                            env={**os.environ, **(environment or {})})


def run(command, cpu=TOOL_CPU, environment=None, accepted=(0,)):
    begin = time.monotonic()
    return finish(start(command, cpu, environment), begin, accepted)


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(30)
