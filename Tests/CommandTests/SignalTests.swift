// A stopped run is a result too: exit 105, a summary that says why, and the same counts as the endpoint's log.

import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite struct SignalTests {
    private struct Running {
        let scratch: Scratch
        let endpoint: EndpointProcess
        let program: Program
    }

    /// A run of 60 s that has sent its first requests.
    private func start(_ extra: [String] = [], ttft: String = "200ms") async throws -> Running {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", ttft, "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 40, "duration": "60s", "preAllocatedVUs": 50}"#
        let program = try Program("sml-loadgen", try scratch.stage(scenario, server: endpoint.url) + extra, in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        return Running(scratch: scratch, endpoint: endpoint, program: program)
    }

    private func results(_ run: Running, reason: String) throws -> Results {
        let results = try Results(directory: run.scratch.file("out"))
        #expect(results.summary[path: "sml", "outcome", "kind"] == .string("interrupted"))
        #expect(results.summary[path: "sml", "outcome", "reason"] == .string(reason))
        #expect(results.outcome?.kind == .interrupted)
        #expect(results.count("sml", "counts", "finished") == results.requests.count)
        #expect(results.count("sml", "counts", "interrupted") == results.interrupted.count)
        #expect(results.count("metrics", "http_reqs", "count") == results.requests.count)
        #expect(results.count("sml", "counts", "planned") == 2_400)
        #expect(run.program.output.contains("interrupted"))
        return results
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func oneSignalEndsTheRunWithASummary(signal: Int32) async throws {
        let run = try await start()
        run.program.signal(signal)
        #expect(try await run.program.end(within: 10) == 105)
        let log = try await run.endpoint.stop()
        let results = try results(run, reason: signal == SIGINT ? "SIGINT" : "SIGTERM")
        // 40/s for 200 ms: some were in flight, and without --drain they were cut off.
        #expect(!results.interrupted.isEmpty)
        let answered = log.filter { $0.status == 200 }.count
        // An answer may leave the endpoint in the instant in which we hang up.
        #expect((results.requests.count...results.requests.count + results.interrupted.count).contains(answered))
        #expect(log.count <= results.requests.count + results.interrupted.count)
    }

    @Test func drainLetsRequestsFinish() async throws {
        let run = try await start(["--drain", "10s"])
        run.program.signal(SIGTERM)
        #expect(try await run.program.end(within: 15) == 105)
        let log = try await run.endpoint.stop()
        let results = try results(run, reason: "SIGTERM")
        #expect(results.interrupted.isEmpty)
        #expect(results.requests.count == log.count)
        #expect(log.allSatisfy { $0.status == 200 })
    }

    /// SLURM sends SIGTERM twice within 10 ms at a time limit; the second must not cut the drain short.
    @Test func twoSignalsAtOnceAreOne() async throws {
        let run = try await start(["--drain", "10s"], ttft: "400ms")
        run.program.signal(SIGTERM)
        // Two that wait for delivery together would be one to the kernel already.
        try await eventually("the first is delivered") { !isPending(SIGTERM, run.program.processID) }
        run.program.signal(SIGTERM)
        #expect(try await run.program.end(within: 15) == 105)
        let log = try await run.endpoint.stop()
        let results = try results(run, reason: "SIGTERM")
        #expect(results.interrupted.isEmpty)
        #expect(results.requests.count == log.count)
    }

    /// Ctrl-C goes to the whole process group of `sml`; nobody with the run's mark in its environment outlives it.
    @Test func controlCStopsALocalRunAndLeavesNobody() async throws {
        let scratch = try Scratch()
        let mark = "SML_TEST_MARK=\(UUID().uuidString)"
        let program = try Program(
            "/usr/bin/setsid",
            [
                "--wait", Program.path("sml"), "loadtest", "local", "--loadtest-scenario", "open_loop", "--out",
                scratch.file("out"), "--endpoint-arguments", "--ttft 50ms --time-per-token 0", "--quiet",
            ], in: scratch, environment: ["SML_TEST_MARK": String(mark.dropFirst(14))])
        func marked() -> [Int32] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.filter { id in
                (try? Data(contentsOf: URL(filePath: "/proc/\(id)/environ"))).map {
                    String(decoding: $0, as: UTF8.self).contains(mark)
                } ?? false
            }
        }
        let records = scratch.file("out/records.smlrec")
        try await eventually("records of requests") {
            var count = 0
            try? RecordFileReader(path: records).forEachBatch { count += $0.count { $0.kind == .request } }
            return count > 0
        }
        let group = try #require(
            marked().first { id in
                let name = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe")) ?? ""
                return name.hasSuffix("/sml")
            })
        kill(-getpgid(group), SIGINT)
        #expect(try await program.end(within: 15) == 105)
        try await eventually(within: 5, "children end") { marked().isEmpty }
        let results = try Results(directory: scratch.file("out"))
        #expect(results.summary[path: "sml", "outcome", "reason"] == .string("SIGINT"))
        #expect(results.requests.count > 0)
        #expect(results.requests.allSatisfy { $0.status == 200 })
    }
}

extension SignalTests {
    /// A corpus out of a pipe that nobody fills: there is no run to stop, and nobody must have to kill it.
    @Test(arguments: [SIGTERM, SIGHUP])
    func aSignalEndsSettingUpThatWaits(signal: Int32) async throws {
        let scratch = try Scratch()
        let pipe = scratch.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let config = try scratch.write(
            "c.json",
            Scratch.configuration(
                server: "http://127.0.0.1:9", scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "1s"}"#))
        let program = try Program(
            "sml-loadgen", ["--config", config, "--prompts", pipe, "--out", scratch.file("out"), "--no-test-request"], in: scratch)
        try await eventually("signals are caught") { catchesSignals(program.processID) }
        program.signal(signal)
        #expect(try await program.end(within: 10) == 105)
        let name = signal == SIGHUP ? "SIGHUP" : "SIGTERM"
        #expect(program.errors == "sml-loadgen: stopped by \(name) before the run began; there is no summary\n")
        #expect(!scratch.contents.contains("out"))
    }

    /// nohup means it.
    @Test func hangUpIsIgnoredUnderNohup() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(in: scratch)
        let config = try scratch.write(
            "c.json",
            Scratch.configuration(
                server: endpoint.url, scenario: #"{"executor": "constant-vus", "vus": 1, "duration": "2s"}"#,
                members: #""think_time": "0""#))
        let prompts = try scratch.write("p.json", Scratch.prompts)
        let program = try Program(
            "/usr/bin/nohup",
            [Program.path("sml-loadgen"), "--config", config, "--prompts", prompts, "--out", scratch.file("out"), "--no-test-request"],
            in: scratch)
        try await eventually("requests in the log") { !endpoint.entriesSoFar.isEmpty }
        program.signal(SIGHUP)
        #expect(try await program.end(within: 15) == 0, "\(program.errors)")
        _ = try await endpoint.stop()
    }

    /// Ends a program by default, and in SLURM's `--signal=USR1@60` only says that time is short: the run goes on as k6's
    /// does, and says so once.
    @Test func signalsThatAskForNothingAreSaidAndChangeNothing() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 40, "duration": "3s", "preAllocatedVUs": 50}"#
        let program = try Program("sml-loadgen", try scratch.stage(scenario, server: endpoint.url) + ["--quiet"], in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        let numbers = [SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, 34, 64]
        for number in numbers + numbers { program.signal(number) }
        #expect(try await program.end(within: 20) == 0, "\(program.errors)")
        #expect(try await endpoint.stop().count == 120)
        #expect(try Results(directory: scratch.file("out")).requests.count == 120)
        let lines = program.errors.split(separator: "\n")
        #expect(lines.count == numbers.count, "\(program.errors)")
        #expect(lines.contains("sml-loadgen: SIGUSR1: the run goes on; SIGTERM ends it with its summary"))
        #expect(lines.allSatisfy { $0.hasSuffix(": the run goes on; SIGTERM ends it with its summary") })
    }

    /// SIGXCPU comes before a limit on CPU time kills, SIGQUIT from Ctrl-\.
    @Test(arguments: [(SIGHUP, "SIGHUP"), (SIGQUIT, "SIGQUIT"), (SIGXCPU, "SIGXCPU")])
    func otherSignalsThatEndARun(signal: Int32, name: String) async throws {
        let run = try await start()
        run.program.signal(signal)
        #expect(try await run.program.end(within: 10) == 105)
        _ = try await run.endpoint.stop()
        _ = try results(run, reason: name)
    }

    /// Whoever started it had them blocked, as some schedulers' helpers do: a mask is inherited.
    @Test func aBlockedSignalStillEndsARun() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 40, "duration": "60s", "preAllocatedVUs": 50}"#
        let files = try scratch.stage(scenario, server: endpoint.url)
        let blocking = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); os.execv(sys.argv[1], sys.argv[1:])"
        let program = try Program("/usr/bin/python3", ["-c", blocking, Program.path("sml-loadgen")] + files, in: scratch)
        try await eventually("requests in the log") { endpoint.entriesSoFar.count >= 10 }
        program.signal(SIGTERM)
        #expect(try await program.end(within: 10) == 105)
        _ = try await endpoint.stop()
    }

    @Test func theEndpointEndsOrderlyAtHangUp() async throws {
        let scratch = try Scratch()
        let program = try Program("sml-endpoint", [], in: scratch)
        try await eventually("endpoint listens") { program.output.hasSuffix("\n") }
        for number in [SIGUSR1, SIGALRM, SIGPROF] { program.signal(number) }
        program.signal(SIGHUP)
        #expect(try await program.end(within: 10) == 0)
    }
}
