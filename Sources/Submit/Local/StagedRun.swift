// The directory of one run and what is put into it before it starts: the same files a cluster job gets.

import Foundation
import Glibc

/// A run's directory with its configuration in it.
public struct StagedRun: Sendable {
    public let directory: String
    public var configuration: String { path("run_config.json") }
    public var summary: String { path("summary.json") }
    public var records: String { path("records.smlrec") }

    public func path(_ name: String) -> String { (directory as NSString).appendingPathComponent(name) }

    /// Makes `directory` (its parents too) and writes `runConfiguration`, which may hold an API key, with mode 0600
    /// from its creation.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)``, also when the directory already holds a summary: a measurement
    ///   is never overwritten.
    public init(directory: String, runConfiguration: [UInt8]) throws {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw SubmitError.cannotStage(directory, "cannot be created: \(String(cString: strerror(errno)))")
        }
        if FileManager.default.fileExists(atPath: summary) {
            throw SubmitError.cannotStage(summary, "already exists; choose another --out directory")
        }
        try write(runConfiguration, to: "run_config.json")
    }

    /// Writes one more file of the run, mode 0600.
    public func write(_ bytes: [UInt8], to name: String) throws { try Self.writePrivately(bytes, to: path(name)) }

    private static func writePrivately(_ bytes: [UInt8], to path: String) throws {
        func failure() -> SubmitError { .cannotStage(path, String(cString: strerror(errno))) }
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure() }
            written += count
        }
    }
}
