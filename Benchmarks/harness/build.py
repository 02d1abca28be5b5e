"""Compiles the C programs of Tools/."""
import os
import subprocess

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Tools")


def source(name):
    return os.path.join(SOURCES, name)


def tools(directory):
    for name, libraries in (("floor", ["-lcurl"]), ("responder", []), ("sockets", []), ("sweep", [])):
        subprocess.run(["cc", "-O2", "-o", os.path.join(directory, name), source(f"{name}.c"), *libraries],
                       check=True)
