// The runs whose results are on this machine: jobs that were submitted from here, runs that have a name, and those in ./runs. What
// they came to is read from their summaries, so that the list and the summary never disagree.

import Base
import Metrics
import Statistics
import Submit

/// One run of the list.
package struct ListedRun: Sendable {
    package var name: String?
    package var label: String
    /// Nil for a run of this machine.
    package var job: String?
    package var summary: String
    /// Nil while there is no summary, or none that can be read.
    package var result: RunResult?

    package init(name: String?, label: String, job: String?, summary: String, result: RunResult?) {
        self.name = name
        self.label = label
        self.job = job
        self.summary = summary
        self.result = result
    }
}

package enum RunList {
    /// Oldest first.
    ///
    /// - Parameter runs: the directory that runs of this machine are put into unless another is chosen.
    package static func all(environment: [String: String], runs: String = "runs") -> [ListedRun] {
        let named = RunNames(environment: environment).all
        let names = Dictionary(named.map { ($0.runLabel, $0.name) }, uniquingKeysWith: { first, _ in first })
        var found = JobRecord.all(results: ResultDirectory.root(environment: environment)).map { record in
            listed(names[record.runLabel], record.runLabel, job: record.jobID.description, summary: record.summary)
        }
        let here = ((try? FileLook.names(in: runs)) ?? []).map { PathText.joined(runs, $0) }
        for directory in named.compactMap(\.directory) + here {
            let summary = PathText.joined(directory, "summary.json")
            let run = listed(nil, PathText.name(of: directory), job: nil, summary: summary)
            guard run.result != nil || named.contains(where: { $0.directory == directory }) else { continue }
            let label = run.result?.run.map(\.runLabel).flatMap { $0.isEmpty ? nil : $0 } ?? run.label
            guard !found.contains(where: { $0.label == label }) else { continue }
            found.append(
                ListedRun(
                    name: names[label] ?? named.first { $0.directory == directory }?.name, label: label, job: nil, summary: summary,
                    result: run.result))
        }
        return found.sorted { ($0.started, $0.label) < ($1.started, $1.label) }
    }

    private static func listed(_ name: String?, _ label: String, job: String?, summary: String) -> ListedRun {
        ListedRun(name: name, label: label, job: job, summary: summary, result: try? Summary(path: summary).result)
    }
}

extension ListedRun {
    /// RFC 3339; empty without a summary.
    package var started: String { result?.outcome?.started ?? "" }

    /// What people call it in a command.
    package var handle: String { name ?? job ?? label }

    /// `VALID`, `INVALID`…, how it ended when that was early, or that there is no summary.
    package var verdict: String {
        guard let result else { return "no summary" }
        if result.certainty?.overload != nil { return "OVERLOADED" }
        if let kind = result.outcome?.kind, kind != .completed { return kind.rawValue }
        return result.certainty?.verdict?.run.level.name ?? "–"
    }

    /// Requests per second, milliseconds and 0…1 of the run's headline window.
    package var headline: (perSecond: Double?, p50: Double?, p95: Double?, successRate: Double?) {
        let window = result?.certainty?.headline
        func latency(_ p: Double) -> Double? { window?.latency.first { $0.p == p }?.figure.value }
        return (window?.requestsPerSecond.value, latency(0.5), latency(0.95), window?.successRate?.value)
    }

    package var document: JSON {
        let headline = headline
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        func number(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
        return .object([
            ("name", text(name)), ("run_label", .string(label)), ("job", text(job)), ("started", text(started.isEmpty ? nil : started)),
            ("scenario", text(result?.scenario)), ("model", text(result?.run?.model)), ("verdict", .string(verdict)),
            ("requests_per_second", number(headline.perSecond)), ("p50_ms", number(headline.p50)), ("p95_ms", number(headline.p95)),
            ("success_rate", number(headline.successRate)), ("summary", .string(summary)),
        ])
    }
}
