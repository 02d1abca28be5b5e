// The runs of one side out of what people name: records, summaries of ours or of k6's, directories of either, several runs of one
// plan. Records are preferred to the summary beside them, since only they have blocks to make an interval of.

import Base
import Generator
import Glibc

/// What cannot be compared; `description` is one line for the user.
package struct ComparisonSourceError: CommandError, Equatable {
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { "\(path): \(reason)" }
    package var exitCode: Int32 { ExitStatus.records.rawValue }
}

package enum ComparisonSource {
    /// The runs of a side, in the order given; files of the tasks of one run become that run.
    ///
    /// - Parameter sources: paths, and what each is called in texts.
    /// - Throws: ``ComparisonSourceError``, ``RecordFileError``, ``MergeError``.
    package static func side(_ sources: [(name: String, path: String)]) throws -> [ComparedRun] {
        var runs: [(name: String, files: Files)] = []
        for source in sources {
            for (index, files) in try all(at: source.path).enumerated() {
                if case .records(let parts) = files, let task = try task(of: parts),
                    let place = runs.firstIndex(where: { $0.files.task?.label == task.label })
                {
                    runs[place].files.add(parts)
                } else {
                    runs.append((index == 0 ? source.name : "\(source.name) (\(index + 1))", try files.knowingTask()))
                }
            }
        }
        return try runs.map { try run($0.name, $0.files) }
    }

    /// The comparison that a run of two arms at once made itself, from its records where they are; nil for runs of one server.
    ///
    /// - Parameter tolerance: of the verdict; nil for the one that the run had.
    /// - Throws: ``ComparisonSourceError``, ``RecordFileError``, ``MergeError``.
    package static func ofArms(at path: String, tolerance: Double? = nil) throws -> ArmComparison? {
        let all = try all(at: path)
        guard all.count == 1, let files = all.first else { return nil }
        guard case .summary(let summary) = files else { return try result(files, tolerance: tolerance).comparison }
        // What is no summary of ours has no arms.
        guard let comparison = try? Summary(path: summary).result.comparison else { return nil }
        if tolerance != nil {
            throw ComparisonSourceError(path: path, reason: "--tolerance needs the run's records, and only its summary is there")
        }
        return comparison
    }

    private static func result(_ files: Files, tolerance: Double? = nil) throws -> RunResult {
        switch files {
        case .records(let paths), .parts(let paths, _):
            return try SummaryBuilder.rebuild(fromRecords: paths, tolerance: tolerance).result
        case .summary(let path):
            do { return try Summary(path: path).result } catch {
                throw ComparisonSourceError(path: path, reason: (error as? SummaryError)?.reason ?? "\(error)")
            }
        }
    }

    /// - Throws: ``ComparisonSourceError`` when a run is among `runs` twice: it differs from itself by nothing, which proves nothing.
    package static func requireDistinct(_ runs: [ComparedRun]) throws(ComparisonSourceError) {
        var seen: [String: String] = [:]
        for run in runs {
            guard let context = run.result.run else { continue }
            let key = "\(context.runLabel) \(context.startedUnixNanoseconds)"
            if let other = seen[key] { throw ComparisonSourceError(path: run.name, reason: "is the same run as \(other)") }
            seen[key] = run.name
        }
    }

    private enum Files {
        case records([String])
        case parts([String], task: (label: String, count: Int))
        case summary(String)

        var task: (label: String, count: Int)? { if case .parts(_, let task) = self { task } else { nil } }

        mutating func add(_ more: [String]) {
            if case .parts(let files, let task) = self { self = .parts(files + more, task: task) }
        }

        func knowingTask() throws -> Files {
            guard case .records(let files) = self, let task = try ComparisonSource.task(of: files) else { return self }
            return .parts(files, task: task)
        }
    }

    /// Nil for a run of one process.
    private static func task(of files: [String]) throws -> (label: String, count: Int)? {
        guard let first = files.first else { return nil }
        let context = try RecordFileReader(path: first).context
        return context.task.map { ("\(context.runLabel) \(context.startedUnixNanoseconds)", $0.count) }
    }

    // MARK: Finding

    private static func all(at path: String) throws -> [Files] {
        guard FileLook.isThere(path) else { throw ComparisonSourceError(path: path, reason: "no such file or directory") }
        guard let names = try? FileLook.names(in: path) else { return try file(path) }
        if let files = directory(path, names) { return [files] }
        // Several runs of one plan lie in directories of their own; also what a user has put together.
        let inner = names.sorted { ($0.count, $0) < ($1.count, $1) }.compactMap { name -> Files? in
            let inside = PathText.joined(path, name)
            return (try? FileLook.names(in: inside)).flatMap { directory(inside, $0) }
        }
        guard inner.isEmpty else { return inner }
        let summaries = names.filter { $0.hasPrefix("summary") && $0.hasSuffix(".json") }.sorted()
        let records = names.filter { $0.hasPrefix("records") && $0.hasSuffix(".smlrec") }.sorted()
        let several = summaries.isEmpty ? records : summaries
        guard several.count != 1 else { return try file(PathText.joined(path, several[0])) }
        throw ComparisonSourceError(
            path: path,
            reason: several.isEmpty
                ? "holds no run: expected records.smlrec, summary.json, or directories with one"
                : "holds \(several.count) runs; name one of them, such as \(PathText.joined(path, several[0]))")
    }

    /// A run's own directory; nil for another.
    private static func directory(_ path: String, _ names: [String]) -> Files? {
        if names.contains("records.smlrec") { return .records([PathText.joined(path, "records.smlrec")]) }
        let parts = (0..<1024).map { TaskFile.numbered("records.smlrec", task: $0) }.filter(Set(names).contains)
        if !parts.isEmpty { return .records(parts.map { PathText.joined(path, $0) }) }
        return names.contains("summary.json") ? .summary(PathText.joined(path, "summary.json")) : nil
    }

    private static func file(_ path: String) throws -> [Files] {
        if isRecords(path) { return [.records([path])] }
        if let document = try? document(path), case .array(let runs)? = document[path: "repeats", "runs"] {
            let directory = PathText.parent(of: path)
            return try runs.flatMap { try file(PathText.joined(directory.isEmpty ? "." : directory, $0["summary"]?.text ?? "")) }
        }
        return [records(beside: path).map { .records($0) } ?? .summary(path)]
    }

    private static func isRecords(_ path: String) -> Bool {
        do { _ = try RecordFileReader(path: path) } catch RecordFileError.notARecordsFile { return false } catch {
            // One that is damaged says so when it is read.
            return !path.hasSuffix(".json")
        }
        return true
    }

    /// `records_x.smlrec` of `summary_x.json`, one file or one a task.
    private static func records(beside summary: String) -> [String]? {
        let name = PathText.name(of: summary)
        guard name.hasPrefix("summary"), name.hasSuffix(".json") else { return nil }
        let records = PathText.joined(PathText.parent(of: summary), "records" + name.dropFirst(7).dropLast(5) + ".smlrec")
        if FileLook.isThere(records) { return [records] }
        let parts = (0..<1024).lazy.map { TaskFile.numbered(records, task: $0) }.prefix { FileLook.isThere($0) }
        return parts.isEmpty ? nil : Array(parts)
    }

    // MARK: Reading

    private static func run(_ name: String, _ files: Files) throws -> ComparedRun {
        switch files {
        case .records(let paths), .parts(let paths, _):
            let result = try result(files)
            try requireOne(result, paths[0])
            var requests = ComparedRequests()
            for path in paths {
                // Those of a probe have another arm.
                try RecordFileReader(path: path).forEachBatch { batch in
                    for record in batch where record.arm == 0 { requests.consume(record) }
                }
            }
            return ComparedRun(name: name, result: result, requests: requests)
        case .summary(let path):
            let document = try document(path)
            if document["sml"] != nil {
                let result = try result(files)
                try requireOne(result, path)
                return ComparedRun(name: name, result: result)
            }
            guard let result = RunResult(document: document) else {
                throw ComparisonSourceError(path: path, reason: "neither records nor a summary, of sml loadtest or of k6")
            }
            var run = ComparedRun(name: name, result: result)
            run.k6Rate =
                document[path: "metrics", "http_reqs", "rate"]?.number
                ?? document[path: "throughput", "req_per_sec"]?.text.flatMap { Double($0) }
            return run
        }
    }

    private static func requireOne(_ result: RunResult, _ path: String) throws(ComparisonSourceError) {
        guard !result.lanes.isEmpty else { return }
        let arms = result.lanes.map(\.name).joined(separator: " and ")
        throw ComparisonSourceError(
            path: path, reason: "holds arms \(arms) of one run; given alone, 'sml loadtest compare' compares these with each other")
    }

    /// As large as a summary may be.
    private static func document(_ path: String) throws -> JSON {
        guard let bytes = readFile(path, limit: Summary.sizeLimit) else {
            throw ComparisonSourceError(path: path, reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        guard bytes.count <= Summary.sizeLimit else {
            throw ComparisonSourceError(path: path, reason: "is larger than \(Summary.sizeLimit >> 20) MiB")
        }
        guard let document = try? JSON.parse(bytes) else {
            throw ComparisonSourceError(path: path, reason: "neither records nor a JSON document")
        }
        return document
    }
}
