// Where the runs of a report are found and where its page goes: a directory of a run, its summary or its records.

import Base
import Glibc
import Metrics

package enum ReportFile {
    /// What a page of these is: two runs are compared; several runs of one plan, and a search for a capacity (their directory, or its
    /// `repeats.json` or `capacity.json`), are shown together.
    ///
    /// - Throws: ``ReportError``, `RecordFileError`, `MergeError`.
    package static func contents(_ sources: [(name: String, path: String)]) throws -> ReportContents {
        if let path = sources.first?.path, sources.count == 1 {
            if let capacity = try capacity(path) { return capacity }
            if let repeats = try repeats(path) { return repeats }
        }
        var contents = ReportContents(try sources.map { try read($0.path) })
        if sources.count == 2 {
            do { contents.comparison = try comparison(sources) } catch { contents.notCompared = "\(error)" }
        }
        return contents
    }

    private static func comparison(_ sources: [(name: String, path: String)]) throws -> ComparisonReport? {
        let sides = try sources.map { try ComparisonSource.side([$0]) }
        try ComparisonSource.requireDistinct(sides[0] + sides[1])
        guard sides[0].count == sides[1].count else { return nil }
        return ComparisonReport(Comparison(a: sides[0], b: sides[1]), a: sides[0], b: sides[1])
    }

    /// Nil where there was no search.
    private static func capacity(_ path: String) throws -> ReportContents? {
        let file = isDirectory(path) ? PathText.joined(path, CapacityFile.result) : path
        guard file.hasSuffix(".json"), FileLook.isThere(file), let bytes = readFile(file, limit: 64 << 20),
            let document = try? JSON.parse(bytes), document["capacity"] != nil
        else { return nil }
        guard let result = CapacityResult(document: document) else {
            throw ReportError(path: file, reason: "is no document of a search for a capacity: load or state is missing or unknown")
        }
        return ReportContents(result)
    }

    /// Nil where there is no combined document.
    private static func repeats(_ path: String) throws -> ReportContents? {
        let file = isDirectory(path) ? PathText.joined(path, RepeatFile.combined) : path
        guard file.hasSuffix(".json"), let bytes = readFile(file, limit: 64 << 20), let document = try? JSON.parse(bytes),
            case .array(let runs)? = document[path: "repeats", "runs"]
        else { return nil }
        let parent = PathText.parent(of: file)
        let directory = parent.isEmpty ? "." : parent
        let summaries = try runs.map { run -> String in
            guard let name = run["summary"]?.text, !name.isEmpty else {
                throw ReportError(path: file, reason: "names a run without a summary")
            }
            return PathText.joined(directory, name)
        }
        return try self.repeats(summaries, asked: Int(clamping: document[path: "repeats", "asked"]?.integer ?? 0))
    }

    /// Of several runs of one plan, from their summaries; of one, that run.
    ///
    /// - Parameter asked: how many there were to be.
    /// - Throws: ``ReportError``.
    package static func repeats(_ summaries: [String], asked: Int = 0) throws -> ReportContents {
        let results = try summaries.map { try result($0) }
        let runs = zip(results, summaries).map { RunReport($0, name: $1) }
        guard let first = results.first, results.count > 1 || asked > 1 else { return ReportContents(runs) }
        let all = zip(results, summaries).enumerated().map { index, run in
            RepeatedRun(number: index + 1, summary: PathText.name(of: run.1), result: run.0)
        }
        return ReportContents(runs, repeats: RepeatedRuns(asked: max(asked, all.count), plan: RepeatedPlan(first), runs: all))
    }

    /// A directory's records before its summary, since they tell everything exactly.
    ///
    /// - Throws: ``ReportError``, `RecordFileError`, `MergeError`.
    package static func read(_ path: String) throws -> RunReport {
        if isDirectory(path) {
            let names = try entries(of: path)
            let records = names.filter { $0.hasSuffix(".smlrec") }.map { "\(path)/\($0)" }
            if !records.isEmpty { return try RunReport(records: records) }
            let summaries = names.filter { $0.hasSuffix(".json") && ($0.hasPrefix("summary") || $0.contains(".summary")) }
            guard let summary = summaries.first, summaries.count == 1 else {
                throw ReportError(
                    path: path,
                    reason: summaries.isEmpty
                        ? "holds neither records (*.smlrec) nor a summary (summary*.json); name the file itself"
                        : "holds \(summaries.count) summaries; name one of them: \(summaries.sorted().prefix(5).joined(separator: ", "))")
            }
            return RunReport(try result("\(path)/\(summary)"), name: summary)
        }
        if path.hasSuffix(".smlrec") { return try RunReport(records: [path]) }
        return RunReport(try result(path), name: path)
    }

    private static func result(_ path: String) throws -> RunResult {
        do { return try Summary(path: path).result } catch let error as SummaryError {
            throw ReportError(path: error.path, reason: error.reason + "; a report is made from a run's directory, records or summary")
        }
    }

    /// Beside the run, or for several runs here.
    package static func place(for paths: [String]) -> String {
        guard let path = paths.first, paths.count == 1 else { return "report.html" }
        return isDirectory(path) ? "\(path)/report.html" : beside(summary: path)
    }

    /// `summary_x.json` has `report_x.html`, and what is called otherwise its own name.
    package static func beside(summary path: String) -> String {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { String(path[...$0]) } ?? ""
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        for ending in [".json", ".smlrec"] where name.hasSuffix(ending) {
            let stem = name.dropLast(ending.count)
            for start in ["summary", "records", "repeats", "capacity"] where stem.hasPrefix(start) {
                return "\(directory)report\(stem.dropFirst(start.count)).html"
            }
            return "\(directory)\(stem).html"
        }
        return path + ".html"
    }

    /// Replaces the file whole.
    ///
    /// - Throws: `FileError`.
    package static func write(_ contents: ReportContents, to path: String) throws {
        try WholeFile.write(ReportPage.bytes(contents), to: path)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    private static func entries(of path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw ReportError(path: path, reason: String(cString: strerror(errno))) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }
}

/// A place without a run; `description` is one line for the user.
package struct ReportError: CommandError, Equatable {
    package var path: String
    package var reason: String
    package var exitCode: Int32 { ExitStatus.records.rawValue }
    package var description: String { "\(path): \(reason)" }
}
