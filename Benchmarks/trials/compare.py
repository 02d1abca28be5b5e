#!/usr/bin/env python3
"""How often a comparison of real runs is right: two equal servers, and two of which B is 5 % slower; both at once, and one after the other.

Both arms have endpoints of their own, with draws of their own, and share a schedule: random arrivals, 40 a second. Let compilers run
beside it, or whatever else the machine is to suffer from: what hits both arms at once is what a duet is for. What the intervals would be
of requests taken as independent stands beside: the difference of the means of both arms' latencies, by their standard errors.

  make build
  Benchmarks/trials/compare.py                               # 20 equal and 10 unequal pairs of 60 s, ten at once: 10 minutes
  Benchmarks/trials/compare.py --runs 4 --seconds 30         # a look: 4 and 2
"""
import json, os, shutil, subprocess, tempfile

from common import Endpoint, each, keep, open_loop, options, pinned, quantile

SLOWER = 1.05


def endpoint(asked, factor, seed, home):
    times = [f"--ttft=lognormal({asked.milliseconds * factor}ms,0.2)", f"--time-per-token={asked.milliseconds * factor / 100}ms"]
    return Endpoint(asked.programs, [*times, "--output-tokens", "64", "--max-batch", "64", "--seed", str(seed)], home, asked.cpu)


def sml(asked, home, *words):
    environment = {**os.environ, "SML_CONFIG_DIR": os.path.join(home, "config"), "NO_COLOR": "1"}
    done = subprocess.run([*pinned(asked.cpu), os.path.join(asked.programs, "sml"), "loadtest", *words], cwd=home, env=environment,
                          stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 1, 2, 65):
        raise SystemExit(f"sml loadtest {' '.join(words)}: ended with {done.returncode}")
    return done.stdout


def pair(asked, design, factor, seed, home):
    place = os.path.join(home, f"{design}-{factor}-{seed}")
    os.makedirs(os.path.join(place, "scenarios"))
    with open(os.path.join(place, "scenarios", "trial.json"), "w") as out:
        json.dump({**open_loop(40, asked.seconds, seed), "think_time": "0", "max_tokens": "prompt"}, out)
    with open(os.path.join(place, "prompts.json"), "w") as out:
        json.dump([{"label": "a", "max_tokens": 64, "content": f"#{i} " + "word " * 40} for i in range(6000)], out)
    both = ["--loadtest-scenario", "trial", "--loadtest-model", "m", "--loadtest-prompts-file", "prompts.json", "--workers", "1", "--quiet"]
    servers = [endpoint(asked, factor if arm else 1, 2 * seed + arm, place) for arm in (0, 1)]
    try:
        if design == "duet":
            sml(asked, place, "ab", "--local", "--a-server-url", servers[0].url, "--b-server-url", servers[1].url, *both, "--out", "ab")
            with open(os.path.join(place, "ab", "summary.json")) as file:
                found = json.load(file)["sml"]["comparison"]
        else:
            for name, server in zip("ab", servers):
                sml(asked, place, "local", "--loadtest-server-url", server.url, *both, "--out", name)
            found = json.loads(sml(asked, place, "compare", "a", "b", "--json"))
    finally:
        taken = [[row[1] for row in server.stop()] for server in servers]
    shutil.rmtree(place)
    row = {"design": design, "factor": factor, "seed": seed, "comparison": found, "naive": naive(*taken)}
    keep(asked.keep, row)
    return row


def naive(a, b):
    """Standard errors between the means of the server's own latencies."""
    def of(values):
        mean = sum(values) / len(values)
        return mean, sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
    (first, error), (second, other) = of(a), of(b)
    return (second - first) / (error + other) ** 0.5


def main():
    parser = options(__doc__, 20, 60, 10)
    parser.add_argument("--milliseconds", type=float, default=100, help="median time to the first token (default: 100)")
    parser.add_argument("--design", action="append", choices=["duet", "sequential"], help="only this one")
    asked = parser.parse_args()
    home = tempfile.mkdtemp()
    cells = [(design, factor, seed) for design in asked.design or ["duet", "sequential"] for factor, runs in
             ((1, asked.runs), (SLOWER, asked.runs // 2)) for seed in range(1, runs + 1)]
    found = list(each(lambda cell: pair(asked, *cell, home), cells, asked.at_once))
    shutil.rmtree(home)
    print("| pairs | compared | different after Holm | p50 | p95 | p99 | B slower at p95, % | shift found 80 % of the time at p95, % | "
          "different by standard errors of means |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for design, factor in dict.fromkeys((design, factor) for design, factor, _ in cells):
        of_these = [row for row in found if (row["design"], row["factor"]) == (design, factor)]
        rows = [row["comparison"] for row in of_these]
        compared = [row for row in rows if row["verdict"] != "none"]
        figures = [row["figures"] for row in compared]
        alarms = sum(any(figure["different"] for figure in row.values()) for row in figures)
        by_percentile = [str(sum(row.get(f"latency_{p}", {}).get("different", False) for row in figures)) for p in ("p50", "p95", "p99")]
        p95 = [row["latency_p95"]["measured"] for row in figures if row.get("latency_p95", {}).get("measured")]
        ratios = [100 * (one["ratio"] - 1) for one in p95]
        detectable = [100 * one["detectable"] for one in p95 if one.get("detectable") is not None]
        print(f"| {design}, {'equal' if factor == 1 else 'B 5 % slower'} | {len(compared)} of {len(rows)} | {alarms} | "
              f"{' | '.join(by_percentile)} | {min(ratios, default=0):+.1f} … {max(ratios, default=0):+.1f} | "
              f"{quantile(detectable, 0.5):.1f} | {sum(abs(row['naive']) > 1.96 for row in of_these)} |")
    for row in found:
        if row["comparison"]["verdict"] == "none":
            print(f"not compared, {row['design']} {row['seed']}: {'; '.join(row['comparison']['objections'])}")


if __name__ == "__main__":
    main()
