// Names that people give their runs, so that a comparison can say `tp4` instead of a path: a file for each, as git keeps its
// references. A name is unique among the runs that are still there; one whose run is gone is free again.

import Base
import FoundationEssentials
import Glibc
import Scenarios
import Submit

/// The names of runs on this machine.
package struct RunNames: Sendable {
    private let directory: String
    private let results: String

    package init(environment: [String: String]) {
        directory = ConfigurationFile.directory(environment: environment) + "/names"
        results = ResultDirectory.root(environment: environment)
    }

    /// What a name stands for.
    private struct Entry: Codable {
        var runLabel: String
        /// Of a run on this machine, its directory; nil for a job, whose files are known when its number is.
        var directory: String?

        enum CodingKeys: String, CodingKey {
            case runLabel = "run_label"
            case directory
        }
    }

    /// - Throws: `ConfigurationError` for what is no name: it must not be taken for a path, a job's number or a run's label.
    package static func check(_ name: String, option: String = "--name") throws(ConfigurationError) {
        let isLong = name.utf8.count > 64
        let isPlain = name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || [45, 46, 95].contains($0) }
        let isLabel = name.hasPrefix("loadtest_") || name.hasPrefix("sml_loadtest_")
        guard let first = name.utf8.first, isLetter(first), isPlain, !isLong, !isLabel else {
            throw ConfigurationError(
                .usage,
                "\(option): \(JSON.string(name).shown) is not accepted; expected up to 64 letters, digits, '-', '_' and '.', a letter "
                    + "first, and none that begins with loadtest_")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    /// - Throws: `ConfigurationError` for what is no name, or is another run's.
    package func requireFree(_ name: String, option: String = "--name") throws(ConfigurationError) {
        try Self.check(name, option: option)
        guard let entry = entry(name), path(of: entry) != nil else { return }
        throw ConfigurationError(
            .usage,
            "\(option): \(name) is the name of the run \(entry.runLabel); choose another, or free it: rm \(ShellWord.quoted(file(name)))")
    }

    /// Lets `name` stand for a run of this machine, or for a job's.
    ///
    /// - Throws: ``FileError``.
    package func give(_ name: String, runLabel: String, directory run: String? = nil) throws {
        try Directories.make(directory)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try WholeFile.write(Array(try encoder.encode(Entry(runLabel: runLabel, directory: run))) + [0x0A], to: file(name))
    }

    package func remove(_ name: String) { unlink(file(name)) }

    /// Names in use and the labels of their runs, with the directory of those of this machine.
    package var all: [(name: String, runLabel: String, directory: String?)] {
        let names = ((try? FileLook.names(in: directory)) ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        return names.sorted().compactMap { name in entry(name).map { (name, $0.runLabel, $0.directory) } }
    }

    /// Where the results lie of what somebody names: by its name, its label, or a job's number. Nil for nothing known.
    package func path(named text: String) -> String? {
        if (try? Self.check(text)) != nil, let entry = entry(text) { return path(of: entry) }
        return JobRecord.all(results: results).first { $0.runLabel == text || $0.jobID.description == text }.flatMap { Self.path(of: $0) }
    }

    private func path(of entry: Entry) -> String? {
        if let directory = entry.directory { return FileLook.isThere(directory) ? directory : nil }
        return JobRecord.all(results: results).first { $0.runLabel == entry.runLabel }.map { Self.path(of: $0) ?? $0.summary }
    }

    private static func path(of record: JobRecord) -> String? {
        [record.summary, record.combined, record.records].first { FileLook.isThere($0) }
    }

    private func file(_ name: String) -> String { "\(directory)/\(name).json" }

    private func entry(_ name: String) -> Entry? {
        readFile(file(name), limit: 1 << 16).flatMap { try? JSONDecoder().decode(Entry.self, from: Data($0)) }
    }
}
