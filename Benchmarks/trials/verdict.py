#!/usr/bin/env python3
"""The confusion matrix of the verdict: runs that are left alone and runs that are disturbed, against what really happened.

  quiet            nothing
  stop             the generator is stopped (SIGSTOP) for a tenth of the run
  stalls           the generator is stopped for 50 ms every 10 s
  many stalls      for 100 ms every second
  short stalls     for 20 ms every 200 ms
  cgroup           the generator has 11 % of a core
  shared cgroup    it shares those 11 % with a busy loop
  busy             six busy loops on the core of generator and server
  busy generator   six busy loops on the generator's core, the server on another
  busy server      the other way round: the server's own fault, which the generator must not take
  server stop      the server is stopped for a tenth of the run
  server cgroup    the server shares 11 % of a core with a busy loop

Each in open and closed loop; the generator's kinds also at 1,200 requests/s ("fast"), where it needs a tenth of a core. cgroups need root
and are left out where they cannot be made.

What happened is asked of three witnesses. The kernel: the packets between both, from which no process's own clock can hide that it was
not run. The server's log: the same, but for the time in which the server itself was not run. And the plan: the run that was left alone
with the same arrivals and the same times of service, which tells what the server would have done had every request been sent when it was
due. A run is wrong when the p95 of its steady window is more than 2 % from the kernel's or, where it is not the server that was
disturbed, from the plan's.

  make build
  sudo Benchmarks/trials/verdict.py                            # 3 runs of 60 s of each: half an hour
  sudo Benchmarks/trials/verdict.py --runs 1 --seconds 20      # a look
"""
import os, shutil, signal, subprocess, tempfile, time

from common import Endpoint, Run, Wire, closed_loop, each, inside, keep, open_loop, options, pinned, quantile

SLOW = ["--ttft", "lognormal(80ms,0.3)", "--time-per-token", "1ms", "--output-tokens", "64", "--max-batch", "8"]
FAST = ["--ttft", "lognormal(40ms,0.3)", "--time-per-token", "0.2ms", "--output-tokens", "64", "--max-batch", "512"]
SPIN = ["sh", "-c", "while :; do :; done"]
STALLS = {"stalls": (0.05, 10), "many stalls": (0.1, 1), "short stalls": (0.02, 0.2)}
OF_SERVER = ("busy server", "server stop", "server cgroup")


class Cgroup:
    """11 ms of each 100, below our own cgroup, of either version."""

    def __init__(self, name):
        with open("/proc/self/cgroup") as file:
            known = {line.split(":")[1]: line.strip().split(":")[2] for line in file}
        first = [controllers for controllers in known if "cpu" in controllers.split(",")]
        if first:
            self.path = f"/sys/fs/cgroup/cpu{known[first[0]]}/{name}"
            files = {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "11000"}
        else:
            self.path, files = f"/sys/fs/cgroup{known['']}/{name}", {"cpu.max": "11000 100000"}
        os.mkdir(self.path)
        try:
            for file, text in files.items():
                with open(os.path.join(self.path, file), "w") as out:
                    out.write(text)
        except OSError:
            os.rmdir(self.path)
            raise

    def take(self, process):
        with open(os.path.join(self.path, "cgroup.procs"), "w") as out:
            out.write(str(process.pid))

    def remove(self):
        for _ in range(50):
            try:
                return os.rmdir(self.path)
            except OSError:  # Those that have ended are still in it for a moment.
                time.sleep(0.1)


def pause(process, seconds):
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)


def spinners(count, cpu):
    return [subprocess.Popen([*pinned(cpu), *SPIN]) for _ in range(count)]


def end(processes):
    for process in processes:
        process.kill()
        process.wait()


def disturb(kind, seconds, generator, server, cgroup, cpu):
    """Does what `kind` says to two running processes; the busy loops it started."""
    victim = server if kind in OF_SERVER else generator
    loops = []
    if cgroup:
        cgroup.take(victim)
        if kind != "cgroup":
            loops = spinners(1, cpu)
            cgroup.take(loops[0])
    if kind in ("stop", "server stop"):
        time.sleep(seconds / 2)
        pause(victim, seconds / 10)
    if kind in STALLS:
        length, every = STALLS[kind]
        for _ in range(int(seconds / every)):
            time.sleep(every - length)
            pause(victim, length)
    return loops


def trial(kind, is_open, is_fast, seed, home, asked):
    cpu, other = asked.cpu or 0, asked.other_cpu
    arguments = [*(FAST if is_fast else SLOW), "--seed", str(seed)]
    endpoint = Endpoint(asked.programs, arguments, home, other if kind == "busy generator" else cpu)
    cgroup, loops, wire = None, [], Wire(endpoint.port)
    try:
        cgroup = Cgroup(f"sml-trial-{endpoint.port}") if "cgroup" in kind else None
        scenario = open_loop(1200 if is_fast else 40, asked.seconds, seed) if is_open else closed_loop(90 if is_fast else 8, asked.seconds)
        run = Run(asked.programs, endpoint.url, scenario, home, other if kind == "busy server" else cpu)
        loops = disturb(kind, asked.seconds, run.process, endpoint.process, cgroup, cpu)
        summary = run.summary()
    finally:
        end(loops)
        of_log, of_wire = endpoint.stop(), wire.stop()
        if cgroup:
            cgroup.remove()
    return summary, of_log, of_wire


def main():
    parser = options(__doc__, 3, 60, 6)
    parser.add_argument("--other-cpu", type=int, default=1, help="that of the one which is not disturbed by busy loops (default: 1)")
    parser.add_argument("--first-seed", type=int, default=1, help="of arrivals and draws; each further run has the next (default: 1)")
    parser.add_argument("--only", action="append", help="this kind and the quiet runs; may be given several times")
    asked = parser.parse_args()
    home, found, undisturbed = tempfile.mkdtemp(), [], {}

    def one(cell):
        kind, is_open, is_fast, seed = cell
        try:
            summary, of_log, of_wire = trial(*cell, home, asked)
        except OSError as error:
            return print(f"{kind}: left out, {error}", flush=True)
        if kind == "quiet":
            undisturbed[cell[1:]] = summary, of_wire
        steady = summary["windows"]["steady"]
        window = steady["from_seconds"], steady["to_seconds"]
        figure, verdict = steady["latency_ms"]["p95"]["value"], summary["verdict"]
        plan = None
        if kind not in OF_SERVER and kind != "quiet":
            planned, rows = undisturbed[cell[1:]]
            plan = figure / quantile(inside(rows, planned, window), 0.95) - 1
        row = {
            "kind": kind, "open": is_open, "fast": is_fast, "seed": seed, "level": verdict["level"], "p95": figure,
            "of_p95": verdict["percentiles"]["p95"]["level"],
            "wire": figure / quantile(inside(of_wire, summary, window), 0.95) - 1,
            "log": figure / quantile(inside(of_log, summary, window), 0.95) - 1, "plan": plan,
            "reasons": verdict["reasons"], "cause": verdict["cause"], "overloaded": summary["windows"]["overloaded"],
            "requests": steady["requests"], "cpu_seconds": summary["generator"]["cpu_seconds"],
        }
        keep(asked.keep, row)
        return row

    def run(kinds, at_once, is_fast):
        seeds = range(asked.first_seed, asked.first_seed + asked.runs)
        cells = [(kind, is_open, is_fast, seed) for kind in kinds for is_open in (True, False) for seed in seeds
                 if kind == "quiet" or not asked.only or kind in asked.only]
        loops = spinners(6, asked.cpu or 0) if cells and kinds[0].startswith("busy") else []
        try:
            found.extend(row for row in each(one, cells, at_once) if row)
        finally:
            end(loops)

    for is_fast, at_once in ((False, asked.at_once), (True, max(1, asked.at_once // 3))):
        run(["quiet"], at_once, is_fast)
        run(["stop", *STALLS, "cgroup", "shared cgroup"] + ([] if is_fast else ["server stop", "server cgroup"]), at_once, is_fast)
        run(["busy", "busy generator"] + ([] if is_fast else ["busy server"]), at_once, is_fast)
    shutil.rmtree(home)
    report(found)


def error(row):
    return max(abs(row["wire"]), abs(row["plan"] or 0))


def report(found):
    names = {True: "open", False: "closed"}
    print("| disturbance | loop | runs | verdicts | p95 off the kernel's, % | the log's, % | the plan's, % | cause |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |")
    cells = list(dict.fromkeys((row["kind"], row["open"], row["fast"]) for row in sorted(found, key=lambda row: row["fast"])))
    for kind, is_open, is_fast in cells:
        rows = [row for row in found if (row["kind"], row["open"], row["fast"]) == (kind, is_open, is_fast)]
        levels = [f"{sum(row['level'] == level for row in rows)} {level}" for level in ("VALID", "SUSPECT", "INVALID")]
        spans = []
        for witness in ("wire", "log", "plan"):
            offs = [100 * row[witness] for row in rows if row[witness] is not None]
            spans.append(f"{min(offs):+.1f} … {max(offs):+.1f}" if offs else "")
        causes = sorted({row["cause"]["kind"] for row in rows if row["cause"]})
        print(f"| {kind}{', fast' if is_fast else ''} | {names[is_open]} | {len(rows)} | {', '.join(l for l in levels if l[0] != '0')} | "
              f"{' | '.join(spans)} | {', '.join(causes)} |")
    print("\n| | right | wrong (> 2 %) | largest error of p95, % |\n| --- | --- | --- | --- |")
    for level in ("VALID", "SUSPECT", "INVALID"):
        offs = [error(row) for row in found if row["level"] == level]
        wrong = sum(off > 0.02 for off in offs)
        print(f"| {level} | {len(offs) - wrong} | {wrong} | {100 * max(offs, default=0):.1f} |")
    wrong = [row for row in found if error(row) > 0.02]
    print(f"\n{len(found)} runs; {len(wrong)} wrong, of which INVALID {sum(row['level'] == 'INVALID' for row in wrong)}; "
          f"INVALID without a disturbance: {sum(row['kind'] == 'quiet' and row['level'] == 'INVALID' for row in found)}")


if __name__ == "__main__":
    main()
