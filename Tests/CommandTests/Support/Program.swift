// Our commands as child processes: output to files, so that no pipe can fill up, and a deadline on every wait, so that
// a hanging command is a failed test and not a hanging one.

import Foundation
import Testing

/// One started command.
final class Program {
    struct Failure: Error, CustomStringConvertible { var description: String }

    /// Beside the test bundle.
    static func path(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: name).path
    }

    /// Options of a sanitizer this was built with, which are for the children too.
    static let sanitizerOptions = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }

    let process = Process()
    private let outputFile: String
    private let errorFile: String
    var processID: Int32 { process.processIdentifier }
    var output: String { (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: errorFile, encoding: .utf8)) ?? "" }

    /// - Parameters:
    ///   - name: one of ours, or an absolute path.
    ///   - directory: the working directory, `scratch` unless given.
    ///   - environment: added to a small clean one; proxies and the like of the machine do not reach a test.
    init(
        _ name: String, _ arguments: [String], in scratch: Scratch, directory: String? = nil,
        environment: [String: String] = [:], input: String? = nil
    ) throws {
        let id = UUID().uuidString
        outputFile = scratch.hidden("\(id).out")
        errorFile = scratch.hidden("\(id).err")
        process.executableURL = URL(filePath: name.hasPrefix("/") ? name : Self.path(name))
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory ?? scratch.path)
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
            .merging(Self.sanitizerOptions) { $1 }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        if let input {
            let file = scratch.hidden("\(id).in")
            try Data(input.utf8).write(to: URL(filePath: file))
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: file))
        }
        for file in [outputFile, errorFile] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        let handles = try [outputFile, errorFile].map { try FileHandle(forWritingTo: URL(filePath: $0)) }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        // Process would keep them for ever, and when some 1,350 files are open Foundation's list of them overflows.
        for handle in handles { try handle.close() }
    }

    deinit { if process.isRunning { kill(processID, SIGKILL) } }

    func signal(_ number: Int32) { kill(processID, number) }

    /// The exit code; 128 + number after a signal. Kills the process at the deadline, which is of a quiet machine.
    func end(within seconds: Double = 30) async throws -> Int32 {
        do {
            try await eventually(within: seconds, "end of \(process.arguments ?? [])") { !self.process.isRunning }
        } catch {
            kill(processID, SIGKILL)
            throw Failure(description: "\(error); stderr: \(errors)")
        }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Starts, waits, returns all there is to know.
    static func run(
        _ name: String, _ arguments: [String], in scratch: Scratch, directory: String? = nil,
        environment: [String: String] = [:], input: String? = nil, within seconds: Double = 30
    ) async throws -> (code: Int32, output: String, errors: String) {
        let program = try Program(
            name, arguments, in: scratch, directory: directory, environment: environment, input: input)
        let code = try await program.end(within: seconds)
        return (code, program.output, program.errors)
    }
}

/// How much slower than ours a machine may be, or busier: continuous integration's is four times as slow, and beside
/// other work. Deadlines are those of a quiet machine times this; only what hangs waits so long.
private let patience = 4.0

/// Polls `condition` until it holds; not so often where each look is a program. `seconds` are those of a quiet machine.
func eventually(
    within seconds: Double = 20, every pause: Duration = .milliseconds(10), _ what: @autoclosure () -> String,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds * patience)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw Program.Failure(description: "\(what()): not within \(seconds * patience) s")
        }
        try await Task.sleep(for: pause)
    }
}
