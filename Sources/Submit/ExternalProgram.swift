// A program of the system, run for what it says: looked up on PATH, with a time limit, its output kept.

import Base
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

enum ExternalProgram {
    struct Answer: Sendable {
        var exitCode: Int32
        var output: String
        var errors: String
        /// It was ended at its time limit: what it was asked for may have happened all the same.
        var hadNoTime = false
        /// One line on why it failed.
        var reason: String {
            let line = Redactor().line(errors)
            return line.isEmpty ? "exit code \(exitCode)" : line
        }
    }

    /// The first executable of that name on PATH. Not in its relative directories: they are wherever the command is called,
    /// and others may have put a program there.
    static func find(_ name: String, environment: [String: String]) -> String? {
        (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
            .first { FileLook.isExecutable($0) }
    }

    /// Runs `program` (a path), with our environment unless told otherwise, our secrets taken out; ended at the time limit, which is exit code 124 as in timeout(1).
    static func run(
        _ program: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
        timeout: Duration
    ) async throws -> Answer {
        let work = Task {
            let result = try await Subprocess.run(
                .path(FilePath(program)), arguments: Arguments(arguments), environment: ChildEnvironment.system(environment),
                // Ctrl-C is for us to answer: sbatch must not die of it with its job half submitted.
                platformOptions: LocalRun.ownGroup, input: .string(input), output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            let code: Int32 =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let number): 128 + number
                }
            return Answer(exitCode: code, output: result.standardOutput, errors: result.standardError)
        }
        let limit = Task {
            try await Task.sleep(for: timeout)
            work.cancel()
        }
        defer { limit.cancel() }
        let late = Answer(exitCode: 124, output: "", errors: "no answer within \(timeout.components.seconds) s", hadNoTime: true)
        do {
            let answer = try await withTaskCancellationHandler {
                try await work.value
            } onCancel: {
                work.cancel()
            }
            // Ended by us it ends as by a signal, which is no answer of its own.
            return work.isCancelled && !Task.isCancelled && answer.exitCode > 128 ? late : answer
        } catch {
            if work.isCancelled, !Task.isCancelled { return late }
            throw error
        }
    }
}
