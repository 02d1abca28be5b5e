// What both command lines do with a request: run it under the rule of signals, and turn whatever keeps it from starting
// into one line on stderr and an exit code.

import CEarlySignals
import Generator
import Metrics
import Base

package enum SignalledRun {
    /// Runs what `request` makes of the process's environment, and returns the exit code. Errors are reported as
    /// `program`'s.
    ///
    /// - Parameter starter: the process whose end ends the run.
    package static func run(
        as program: String, whileProcess starter: Int32? = nil, _ request: ([String: String]) throws -> RunRequest
    ) async -> Int32 {
        ProcessLimits.makeErrors()
        let stop = RunStop(program: program)
        do {
            // A signal ends the run with a summary, not the process without one. They have been kept since before main.
            try ProcessWatch.start(signals: sml_early_signals(), starter: starter, stop: stop)
            try ProcessVariables.requireText()
            let environment = ProcessVariables.all
            var asked = try request(environment)
            if var searching = try CapacityRunning(&asked, environment: environment, stop: stop) { return try await searching.run() }
            if asked.repeats > 1 {
                var running = try RepeatedRunning(asked, environment: environment, stop: stop)
                return try await running.run()
            }
            let session = try await RunSession(asked, environment: environment, stop: stop)
            stop.attach(session)
            return try await session.run().code
        } catch {
            StandardError.write("\(program): \(OneLine.escaped("\(error)"))\n")
            return exitCode(error)
        }
    }

    static func exitCode(_ error: any Error) -> Int32 {
        switch error {
        case let error as any CommandError: error.exitCode
        // The parts of a run that do not make a whole.
        case is MergeError, is RecordFileError: ExitStatus.temporary.rawValue
        // EX_SOFTWARE: an error nobody foresaw.
        default: 70
        }
    }
}
