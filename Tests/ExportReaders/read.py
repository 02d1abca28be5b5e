#!/usr/bin/env python3
"""Runs the lines of docs/RECORDS.md for DuckDB, pandas and, where there is one, R on ./records.csv and prints what they found as JSON:
p95 by label."""
import json
import os
import re
import shutil
import subprocess

import duckdb

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs", "RECORDS.md")


def block(language):
    with open(PAGE, encoding="utf-8") as page:
        return re.search(rf"```{language}\n(.*?)```", page.read(), re.S)[1]


def by_r():
    """What the last of R's lines comes to."""
    program = f"""
        found <- eval(parse(text = {json.dumps(block("r"))}))
        cat(sprintf("%.12g\\t%s\\n", found[[2]], found$label), sep = "")
    """
    lines = subprocess.run(["Rscript", "--vanilla", "-e", program], check=True, capture_output=True, text=True).stdout.splitlines()
    return {label: float(p95) for p95, label in (line.split("\t") for line in lines)}


found = {}
scope = {"print": lambda series: found.update(series.to_dict())}
exec(block("python"), scope)
answers = {"duckdb": {label: p95 for label, _, p95 in duckdb.sql(block("sql")).fetchall()}, "pandas": found}
if shutil.which("Rscript"):
    answers["r"] = by_r()
print(json.dumps(answers))
