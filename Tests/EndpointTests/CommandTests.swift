import Foundation
import Testing

@testable import Endpoint

/// Runs the built command: options, exit codes, its one line, the log after a signal.
@Suite struct CommandTests {
    /// Beside the test bundle.
    private static let executable = URL(filePath: CommandLine.arguments[0])
        .resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "sml-endpoint")

    private func start(_ arguments: [String]) throws -> (Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = Self.executable
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    @Test(arguments: [
        (["--ttft", "50"], 64, "--ttft \"50\""), (["--port", "70000"], 64, "--port 70000"),
        (["--fail", "boom:1"], 64, "--fail \"boom:1\""), (["--nonsense"], 64, "--nonsense"),
        (["--api-key-env", "SML_TEST_UNSET"], 64, "SML_TEST_UNSET"), (["--max-batch", "0"], 64, "--max-batch 0"),
        (["--host", "192.0.2.1"], 1, "cannot listen on 192.0.2.1:0: "),
        (["--log", "/nowhere/x"], 1, "--log /nowhere/x"),
    ])
    func wrongInput(arguments: [String], code: Int32, message: String) throws {
        let (process, _, errors) = try start(arguments)
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == code)
        #expect(text.contains(message))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func servesUntilASignal(signal: Int32) throws {
        let log = FileManager.default.temporaryDirectory.appending(path: "endpoint-\(getpid())-\(signal).csv")
        defer { try? FileManager.default.removeItem(at: log) }
        let (process, output, _) = try start(["--ttft", "0", "--time-per-token", "0", "--log", log.path])
        defer { process.terminate() }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let match = try #require(line.wholeMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)\n/))
        let client = try RawClient(port: try #require(Int(match.1)))
        for _ in 0..<50 {
            try client.send(Harness.post(Harness.body()))
            #expect(try client.response().status == 200)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 51)
        #expect(lines[0] == RequestLogEntry.csvHeader[...])
        #expect(lines.dropFirst().allSatisfy { $0.contains(",200,ok,0") })
    }
}
