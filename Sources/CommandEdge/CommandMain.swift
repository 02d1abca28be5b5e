// The outermost call of our commands: the argument parser's own prints help and versions with `print`, which ends 0 also
// where nothing could be written.

import ArgumentParser
import Glibc
import Base
import Scenarios

extension AsyncParsableCommand {
    /// Parses `words`, runs what they ask for and ends the process: help goes to stdout, mistakes to stderr.
    package static func end(with words: [String]) async -> Never {
        do {
            var command = try await asyncParseAsRoot(words)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Glibc.exit(0)
        } catch {
            Glibc.exit(report(error))
        }
    }

    /// Says what `error` says; returns the exit code it stands for.
    private static func report(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        guard !text.isEmpty else { return code.rawValue }
        guard code.isSuccess else {
            StandardError.write(text + "\n")
            return code.rawValue
        }
        do {
            try StandardOutput.write(text + "\n")
            return code.rawValue
        } catch {
            if !error.isReaderGone { StandardError.write("\(_commandName): \(error)\n") }
            return error.exitCode
        }
    }
}
