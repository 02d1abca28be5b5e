"""Compiles the two C programs of Tools/."""
import os
import subprocess

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Tools")


def tools(directory):
    for name, libraries in (("floor", ["-lcurl"]), ("responder", [])):
        subprocess.run(["cc", "-O2", "-o", os.path.join(directory, name), os.path.join(SOURCES, f"{name}.c"), *libraries],
                       check=True)
