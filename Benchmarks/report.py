#!/usr/bin/env python3
"""What a page of charts costs: time, memory and size of `sml loadtest report` for records of a million and of ten million requests.

    Benchmarks/report.py [--sml .build/release/sml] [--requests 1000000,10000000]

The records are those of a short run against the simulated endpoint, its requests repeated over an hour with latencies of a wide
distribution (lognormal, one in a thousand a hundred times as long), so that every column has many values. Limits: a million in 2 s and 1 MB,
ten million in 15 s and no more memory for the page than the statistics of the requests have (24 bytes each, docs/STATISTICS.md).
"""
import argparse
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

HEADER = 24
FRAME = 136
HOUR = 3_600
LIMITS = {1_000_000: (2, 1_000_000), 10_000_000: (15, 1_000_000)}


def short_run(sml, directory):
    out = os.path.join(directory, "run")
    subprocess.run([sml, "loadtest", "local", "--loadtest-scenario", "throughput", "--loadtest-duration", "3s", "--quiet", "--no-report",
                    "--out", out], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(out, "records.smlrec")


def grown(template, path, requests):
    """Writes the template's head and so many copies of its requests; without an outcome the run lasted until its last one."""
    with open(template, "rb") as file:
        data = file.read()
    begin = HEADER + struct.unpack_from("<I", data, 16)[0]
    frames = [data[at:at + FRAME] for at in range(begin, len(data) - FRAME + 1, FRAME)]
    models = [frame for frame in frames if frame[92] == 1]
    others = [frame for frame in frames if frame[92] not in (1, 2, 3, 251)]
    choice = random.Random(1)
    spread = [min(120e9, 2e8 * math.exp(choice.gauss(0, 0.7)) * (100 if index % 1000 == 0 else 1)) for index in range(10_007)]
    gap = HOUR * 1_000_000_000 // requests
    with open(path, "wb") as file:
        file.write(data[:begin])
        file.writelines(others)
        batch = []
        for index in range(requests):
            due = index * gap
            end = due + 100_000 + int(spread[index % len(spread)])
            frame = models[index % len(models)]
            batch.append(struct.pack("<5q", due, due + 50_000, due + 60_000, end - 1_000, end) + frame[40:52] + struct.pack("<I", index) + frame[56:])
            if len(batch) == 4_096:
                file.write(b"".join(batch))
                batch = []
        file.write(b"".join(batch))


def measured(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        sys.exit(f"report.py: {' '.join(command)} ended with {status}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sml", default=".build/release/sml")
    parser.add_argument("--requests", default="1000000,10000000")
    parser.add_argument("--directory", help="where the records are made (default: a temporary one; ten million are 1.4 GB)")
    arguments = parser.parse_args()
    sml = os.path.abspath(arguments.sml)
    is_good = True
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        template = short_run(sml, directory)
        print(f"{'requests':>12} {'records':>10} {'wall':>8} {'CPU':>8} {'memory':>10} {'page':>10}")
        for requests in map(int, arguments.requests.split(",")):
            records, page = os.path.join(directory, "records.smlrec"), os.path.join(directory, "page.html")
            grown(template, records, requests)
            wall, cpu, memory = measured([sml, "loadtest", "report", records, "-o", page])
            size = os.path.getsize(page)
            print(f"{requests:>12,} {os.path.getsize(records) / 1e6:>7,.0f} MB {wall:>6.2f} s {cpu:>6.2f} s {memory:>6,.0f} MiB {size / 1e3:>7,.0f} kB")
            seconds, most = LIMITS.get(requests, (math.inf, 1_000_000))
            is_good = is_good and cpu < seconds and size < most
            os.unlink(records)
    sys.exit(0 if is_good else "report.py: above its limits")


if __name__ == "__main__":
    main()
