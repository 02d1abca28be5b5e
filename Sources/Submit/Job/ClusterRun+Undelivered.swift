// The series a run could not deliver come home as files, beside its summary.

extension ClusterRun {
    /// Brings home what is there of them.
    ///
    /// - Returns: the files there and here, and why something that may exist was not fetched.
    package func fetchUndelivered(_ record: JobRecord) async -> (files: [(remote: String, local: String)], problems: [String]) {
        var files: [(remote: String, local: String)] = []
        var problems: [String] = []
        for name in StagedJob.undelivered(nodes: record.nodes) {
            let remote = "\(record.runDirectory)/\(name)"
            let local = record.undelivered(name)
            do {
                if try await launcher.fetch(remote, to: local) { files.append((remote, local)) }
            } catch {
                problems.append("\(remote): not fetched: \(error)")
            }
        }
        return (files, problems)
    }

    /// It has been delivered; a second delivery would do no harm.
    package func forgetUndelivered(_ remote: String) async { try? await launcher.remove(remote) }
}

extension JobRecord {
    /// Where a file of undelivered series goes: `summary_x.json` has `undelivered_x.smlpush` beside it.
    func undelivered(_ name: String) -> String {
        let summary = submission.summary
        let slash = summary.lastIndex(of: "/").map { summary.index(after: $0) } ?? summary.startIndex
        var run = summary[slash...]
        if run.hasPrefix("summary_") { run = run.dropFirst("summary_".count) }
        if run.hasSuffix(".json") { run = run.dropLast(".json".count) }
        return "\(summary[..<slash])undelivered_\(run)\(name.dropFirst("undelivered".count))"
    }
}
