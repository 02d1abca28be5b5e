#!/usr/bin/env python3
"""What a new TLS connection costs the client, whole and resumed, by libcurl and by OpenSSL alone: instructions, by library.

    Benchmarks/handshakes.py

One connection after the other to nginx, each for one small request, without TLS, with TLS 1.3 and with TLS 1.2: Tools/handshake.c under
callgrind, 20 connections and 60, of which the difference is taken. "One context" is libcurl with a function of ours before OpenSSL's
SSL_CTX_new that hands out one SSL_CTX for all connections: what libcurl would cost if it did not make one for each.
"""
import importlib.machinery
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from harness import build, servers  # noqa: E402
from harness.report import table  # noqa: E402

counts = importlib.machinery.SourceFileLoader("counts", os.path.join(HERE, "counts")).load_module()
FEW, MANY = 20, 60
LIBRARIES = ("libcurl", "libssl", "libcrypto", "libc")
ONE_CONTEXT = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <openssl/ssl.h>
SSL_CTX *SSL_CTX_new(const SSL_METHOD *method) {
    static SSL_CTX *one;
    SSL_CTX *(*make)(const SSL_METHOD *) = dlsym(RTLD_NEXT, "SSL_CTX_new");
    if (!one) one = make(method);
    SSL_CTX_up_ref(one);
    return one;
}
"""


def compile_tools(home):
    subprocess.run(["cc", "-O2", "-o", os.path.join(home, "handshake"), build.source("handshake.c"), "-lcurl", "-lssl", "-lcrypto"],
                   check=True)
    subprocess.run(["cc", "-shared", "-fPIC", "-xc", "-o", os.path.join(home, "one.so"), "-"], input=ONE_CONTEXT, text=True, check=True)


def run(home, arguments, count, preload):
    file = os.path.join(home, "counts")
    output = subprocess.run(counts.callgrind(file) + [os.path.join(home, "handshake"), *arguments, str(count)], check=True, text=True,
                            stdout=subprocess.PIPE, env={**os.environ, **({"LD_PRELOAD": preload} if preload else {})}).stdout
    if int(output.split()[1]) != count:
        sys.exit(f"handshake {' '.join(arguments)}: {output.split()[1]} of {count} answers")
    with open(file) as lines:
        return counts.read_callgrind(lines)


def cost(home, arguments, preload):
    """Instructions a connection, by library."""
    few, many = (run(home, arguments, count, preload) for count in (FEW, MANY))
    seen = {}
    for (kind, place), value in many.items():
        if kind == "instructions":
            name = place.split(".so")[0]
            seen[name] = seen.get(name, 0) + (value - few["instructions", place]) / (MANY - FEW)
    return seen


def main():
    with tempfile.TemporaryDirectory() as home:
        compile_tools(home)
        settings = "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:s:4m;"
        rows, whole = [], {}
        with servers.worker(home, "nginx", 1024, settings, "return 204;") as urls:
            for name, who, preload in (("libcurl", "curl", None), ("libcurl, one context", "curl", os.path.join(home, "one.so")),
                                       ("OpenSSL alone", "openssl", None)):
                for way, version in (("plain", "1.3"), ("whole", "1.3"), ("resumed", "1.3"), ("whole", "1.2"), ("resumed", "1.2")):
                    port = urls["http1" if way == "plain" else "tls"].rpartition(":")[2]
                    seen = cost(home, [who, way, version, "127.0.0.1", port, os.path.join(home, "cert.pem")], preload)
                    total = sum(seen.values())
                    if way == "whole":
                        whole[who, preload, version] = total
                    ratio = f"{total / whole[who, preload, version]:.2f}" if way == "resumed" else ""
                    rows.append([name, "no TLS" if way == "plain" else f"TLS {version}, {way}", f"{total / 1e3:,.0f}",
                                 *(f"{seen.get(library, 0) / 1e3:,.0f}" for library in LIBRARIES), ratio])
        print(table(["client", "connection", "1,000 instructions", *LIBRARIES, "resumed to whole"], rows))


if __name__ == "__main__":
    main()
