// Output that nobody takes: a terminal paused with Ctrl-S, a pipe that is full. The run ends when its plan does, and its
// result is on the disk before a word of it is said.

import Foundation
import Metrics
import Testing

@Suite struct PausedOutputTests {
    private static let controlS = "\u{13}"
    private static let controlQ = "\u{11}"

    /// A run of 2 s on a terminal that is paused once its progress shows.
    private func paused() async throws -> (Scratch, EndpointProcess, PseudoTerminal) {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "2s", "preAllocatedVUs": 20}"#
        let terminal = try PseudoTerminal(
            "sml-loadgen", scratch.stage(scenario, server: endpoint.url), environment: ["TERM": "xterm"])
        try await terminal.shows(/in flight/)
        try terminal.type(Self.controlS)
        try await eventually("the summary") { FileManager.default.fileExists(atPath: scratch.file("out/summary.json")) }
        let results = try Results(directory: scratch.file("out"))
        #expect(results.requests.count == 40 && results.outcome?.kind == .completed)
        return (scratch, endpoint, terminal)
    }

    @Test func aPausedTerminalGetsItsTextWhenItGoesOn() async throws {
        let (scratch, endpoint, terminal) = try await paused()
        #expect(!terminal.screen.contains("LLM Load Test Summary") && terminal.isRunning)
        try terminal.type(Self.controlQ)
        #expect(try await terminal.end().code == 0)
        #expect(terminal.screen.contains("LLM Load Test Summary") && terminal.screen.contains("summary: "))
        #expect(try await endpoint.stop().count == 40)
        withExtendedLifetime(scratch) {}
    }

    @Test func aSignalEndsTheWaitingForATerminal() async throws {
        let (scratch, endpoint, terminal) = try await paused()
        // Not while the file is written: the signal would then be one to a run.
        try await eventually("only words are left") {
            terminal.signal(SIGTERM)
            return !terminal.isRunning
        }
        #expect([0, 105].contains(try await terminal.end().code))
        _ = try await endpoint.stop()
        withExtendedLifetime(scratch) {}
    }

    /// `sml-loadgen … 2>&1 | sleep 1000`, with a pipe that is full from the start.
    @Test func aFullPipeHoldsNothing() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let scenario = #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 20}"#
        let filling = """
            import os, sys
            reader, writer = os.pipe()
            os.set_blocking(writer, False)
            try:
                while True: os.write(writer, b"x" * 4096)
            except BlockingIOError: pass
            os.set_blocking(writer, True)
            os.dup2(writer, 1); os.dup2(writer, 2); os.set_inheritable(reader, True)
            os.execv(sys.argv[1], sys.argv[1:])
            """
        let run = try await Program.run(
            "/usr/bin/python3",
            ["-c", filling, Program.path("sml-loadgen")] + scratch.stage(scenario, server: endpoint.url), in: scratch, within: 40)
        #expect(run.code == 0)
        #expect(try await endpoint.stop().count == 20)
        let results = try Results(directory: scratch.file("out"))
        #expect(results.requests.count == 20 && results.outcome?.kind == .completed)
    }
}
