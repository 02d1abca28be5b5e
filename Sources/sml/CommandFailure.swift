// How a command ends when it cannot do what was asked: one line on stderr and the exit code of the README's table.

import ArgumentParser
import Metrics
import RemoteWrite
import Base
import Submit

enum CommandFailure {
    /// Runs `body`; an error of ours becomes its line and exit code, one of the argument parser's stays its own.
    static func reported<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as StandardOutputError where error.isReaderGone {
            throw ExitCode(error.exitCode)
        } catch let error as any CommandError {
            throw exit(error.description, error.exitCode)
        } catch let error as RecordFileError {
            throw exit(error.description, 65)
        } catch let error as MergeError {
            throw exit(error.description, 65)
        } catch let error as RemoteWriteFileError {
            throw exit(error.description, 66)
        } catch let error where !(error is ExitCode || error is ValidationError || error is CleanExit || error is CancellationError) {
            // A library's: in its own words, which a bridge to Foundation's errors would replace by a domain and a number.
            throw exit("\(error)", 1)
        }
    }

    private static func exit(_ message: String, _ code: Int32) -> ExitCode {
        say("sml: \(OneLine.escaped(message))")
        return ExitCode(code)
    }
}
