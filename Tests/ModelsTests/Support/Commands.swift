// Programs run in a test's directory, whose own come first.

import Foundation
import TestSupport

extension ScratchDirectory {
    /// Output and errors together; small ones only, a pipe holds 64 kB.
    func run(_ command: [String], environment: [String: String] = [:]) throws -> (code: Int32, output: Data) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(filePath: path)
        process.environment = ["PATH": "\(path):/usr/bin:/bin"].merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
