// The directory of one run and what is put into it before it starts: the same files a cluster job gets.

import Glibc
import Base

/// A run's directory with its configuration in it.
package struct StagedRun: Sendable {
    package let directory: String
    package var configuration: String { path("run_config.json") }
    package var summary: String { path("summary.json") }
    package var records: String { path("records.smlrec") }

    /// Those that are there: the run's, or of each of several.
    package var summaries: [String] {
        ([summary] + (1...RepeatFile.most).map { path("\(RepeatFile.directory($0))/summary.json") }).filter { FileLook.isThere($0) }
    }

    package func path(_ name: String) -> String { PathText.joined(directory, name) }

    private let isNewDirectory: Bool
    private var written: [String] = []

    /// Makes `directory` (mode 0700; its parents too) and writes `runConfiguration`, which may hold an API key, with mode 0600
    /// from its creation.
    ///
    /// - Throws: ``SubmitError/cannotStage(_:_:)``, also when the directory already holds a run, even one that was
    ///   killed: its records can still be summarized. A measurement is never overwritten.
    package init(directory: String, runConfiguration: [UInt8]) throws {
        self.directory = directory
        var status = stat()
        isNewDirectory = stat(directory, &status) != 0
        guard isNewDirectory || status.st_mode & S_IFMT == S_IFDIR else {
            throw SubmitError.cannotStage(directory, "is not a directory; choose another --out")
        }
        // The owner's only, for the key in it.
        try Directories.make(directory, lastMode: 0o700)
        for file in [summary, records, configuration, path(RepeatFile.combined), path(CapacityFile.result)]
        where FileLook.isThere(file) {
            throw SubmitError.cannotStage(file, Self.alreadyThere)
        }
        try write(runConfiguration, to: "run_config.json")
    }

    /// Takes back what was staged for a run that was refused. Leaves what is not ours.
    package func discard() {
        for path in written { unlink(path) }
        if isNewDirectory { rmdir(directory) }
    }

    /// Writes one more file of the run, mode 0600. A file that is there already is not replaced.
    package mutating func write(_ bytes: [UInt8], to name: String) throws {
        let path = path(name)
        guard let file = try NewFile.create(path, mode: 0o600) else {
            throw SubmitError.cannotStage(path, Self.alreadyThere)
        }
        written.append(path)
        defer { close(file) }
        guard writeAll(bytes, to: file) else { throw FileError.system("write", path) }
    }

    private static let alreadyThere = "already exists; choose another --out directory"
}
