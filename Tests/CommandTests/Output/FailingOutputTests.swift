// Every command whose result goes to stdout, with a stdout that takes nothing: an error and 73, never a success without
// a result and never a trap. A reader that went away is neither: quiet, as SIGPIPE would be.

import Foundation
import Testing

@Suite(.serialized) struct FailingOutputTests {
    /// Commands that print something and need no server; `records.smlrec` is in the working directory.
    static let printing: [[String]] = [
        ["sml", "--version"], ["sml", "--help"], ["sml", "help", "loadtest", "local"], ["sml", "loadtest", "local", "--help"],
        ["sml", "--generate-completion-script", "bash"],
        ["sml", "models"], ["sml", "models", "show", "google/gemma-3-27b-it"],
        ["sml", "loadtest", "scenarios"], ["sml", "loadtest", "scenarios", "show", "open_loop"],
        ["sml", "loadtest", "records", "records.smlrec"], ["sml", "loadtest", "records", "records.smlrec", "--format", "jsonl"],
        ["sml", "loadtest", "summarize", "records.smlrec"], ["sml", "loadtest", "summarize", "records.smlrec", "--json"],
        ["sml", "init", "--launcher", "slurm", "--no-input", "--secrets", "environment"],
        ["sml-loadgen", "--version"], ["sml-loadgen", "--help"], ["sml-endpoint", "--version"], ["sml-endpoint", "--help"],
        ["sml-endpoint"],
        ["k6", "version"], ["k6", "help"], ["k6", "run", "--help"],
    ]

    private static let output = Task { try await Bench() }

    /// A short run's records and what it takes to make others.
    private final class Bench: Sendable {
        let scratch: Scratch
        init() async throws {
            scratch = try Scratch()
            let endpoint = try await EndpointProcess.start(["--ttft", "1ms", "--time-per-token", "0"], in: scratch)
            let run = try await Program.run(
                "sml-loadgen", try scratch.stage(FailingOutputTests.scenario, server: endpoint.url), in: scratch)
            try #require(run.code == 0, "\(run.errors)")
            _ = try await endpoint.stop()
            try FileManager.default.copyItem(
                atPath: scratch.file("out/records.smlrec"), toPath: scratch.file("records.smlrec"))
            #expect(symlink(Program.path("sml-loadgen"), scratch.file("k6")) == 0)
        }
    }

    static let scenario = #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 5}"#

    /// Runs `command` with its descriptors redirected as `redirection` says, after `preparation` in the same shell.
    private func run(
        _ command: [String], _ redirection: String, after preparation: String = "", in scratch: Scratch
    ) async throws -> (code: Int32, output: String, errors: String) {
        let program = command[0] == "k6" ? scratch.file("k6") : Program.path(command[0])
        return try await Program.run(
            "/bin/bash", ["-c", "\(preparation)\"$0\" \"$@\" \(redirection)", program] + command.dropFirst(), in: scratch,
            environment: ["HOME": scratch.path, "SML_CONFIG_DIR": "configuration"])
    }

    @Test(arguments: printing)
    func aFullDiskIsAnError(_ command: [String]) async throws {
        let scratch = try await Self.output.value.scratch
        let run = try await run(command, "> /dev/full", in: scratch)
        #expect(run.code == (command == ["sml-endpoint"] ? 1 : 73), "\(run.errors)")
        #expect(run.errors.contains(": standard output: cannot be written: No space left on device\n"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1 || command[1] == "init", "\(run.errors)")
    }

    /// Closed, and open for reading only, as what takes the place of a closed one at the start of a program is.
    @Test(arguments: printing, [">&-", "1< /dev/null"])
    func aClosedStdoutIsAnError(_ command: [String], _ redirection: String) async throws {
        let scratch = try await Self.output.value.scratch
        let run = try await run(command, redirection, in: scratch)
        #expect(run.code == (command == ["sml-endpoint"] ? 1 : 73), "\(run.errors)")
        #expect(run.errors.contains(": standard output: cannot be written: Bad file descriptor\n"), "\(run.errors)")
    }

    /// A pipe whose reader is gone, with SIGPIPE ending us and with it ignored, as some parents leave it.
    @Test(arguments: printing.filter { $0.count > 1 })
    func aReaderThatWentAwayIsNoError(_ command: [String]) async throws {
        let scratch = try await Self.output.value.scratch
        // The reader is gone before the command begins.
        for ignoring in ["", "trap '' PIPE; "] {
            let run = try await run(
                command, ">&\"$pipe\"", after: "\(ignoring)exec {pipe}> >(exec true); wait $!; ", in: scratch)
            #expect(run.code == 141, "\(run.errors)")
            #expect(run.errors == "" || command[1] == "init", "\(run.errors)")
        }
    }

    /// The run's summary is in its file whatever happens to stdout, and 73 says that something is missing.
    @Test(arguments: ["> /dev/full", ">&-"])
    func aRunWhoseResultCannotBeShown(_ redirection: String) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "1ms", "--time-per-token", "0"], in: scratch)
        let run = try await run(
            ["sml-loadgen"] + scratch.stage(Self.scenario, server: endpoint.url), redirection, in: scratch)
        #expect(run.code == 73)
        #expect(run.errors.contains("sml-loadgen: standard output: cannot be written: "), "\(run.errors)")
        #expect(try Results(directory: scratch.file("out")).count("sml", "counts", "finished") == 20)
        _ = try await endpoint.stop()
    }

    @Test func aLocalRunWhoseResultCannotBeShownKeepsItsFiles() async throws {
        let scratch = try Scratch()
        let run = try await run(
            [
                "sml", "loadtest", "local", "--loadtest-scenario", "open_loop", "--loadtest-duration", "1s", "--out", "out",
                "--endpoint-arguments", "--ttft 1ms --time-per-token 0",
            ], "> /dev/full", in: scratch)
        #expect(run.code == 73, "\(run.errors)")
        #expect(scratch.contents.contains("out/summary.json"))
        #expect(scratch.contents.contains("out/run_config.json"))
    }

    /// Words for the person at the terminal are no result: what they say still happens.
    @Test(arguments: ["2> /dev/full", "2>&-"])
    func stderrThatTakesNothingEndsNothing(_ redirection: String) async throws {
        let scratch = try await Self.output.value.scratch
        #expect(try await run(["sml", "loadtest", "summarize", "records.smlrec"], redirection, in: scratch).code == 0)
        #expect(try await run(["sml", "loadtest", "summarize", "missing"], redirection, in: scratch).code == 65)
        #expect(try await run(["sml", "loadtest", "scenarios", "show", "nope"], redirection, in: scratch).code == 64)
        #expect(try await run(["sml", "--nope"], redirection, in: scratch).code == 64)
        #expect(try await run(["sml-loadgen", "--config", "no", "--prompts", "no", "--out", "x"], redirection, in: scratch).code == 104)
    }
}
