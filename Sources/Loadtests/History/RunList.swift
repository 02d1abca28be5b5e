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
    /// Of a plan that was run several times; its document is `summary` then.
    package var repeats: ReadRepeats?
    /// Of a search for a capacity, which has no summary of its own.
    package var capacity: CapacityResult?

    package init(name: String?, label: String, job: String?, summary: String, result: RunResult?, repeats: ReadRepeats? = nil) {
        self.name = name
        self.label = label
        self.job = job
        self.summary = summary
        self.result = result
        self.repeats = repeats
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
            record.isCapacity
                ? searched(names[record.runLabel], record.runLabel, job: record.jobID.description, at: record.combined)
                : listed(
                    names[record.runLabel], record.runLabel, job: record.jobID.description, summary: record.summary,
                    repeats: record.combined)
        }
        let here = ((try? FileLook.names(in: runs)) ?? []).map { PathText.joined(runs, $0) }
        for directory in named.compactMap(\.directory) + here {
            let summary = PathText.joined(directory, "summary.json")
            let search = PathText.joined(directory, CapacityFile.result)
            if FileLook.isThere(search) {
                var run = searched(nil, PathText.name(of: directory), job: nil, at: search)
                if let label = run.capacity?.runLabel, !label.isEmpty { run.label = label }
                run.name = names[run.label] ?? named.first { $0.directory == directory }?.name
                if !found.contains(where: { $0.label == run.label }) { found.append(run) }
                continue
            }
            let repeats = PathText.joined(directory, RepeatFile.combined)
            let run = listed(nil, PathText.name(of: directory), job: nil, summary: summary, repeats: repeats)
            guard run.result != nil || run.repeats != nil || named.contains(where: { $0.directory == directory }) else { continue }
            let label = run.result?.run.map(\.runLabel).flatMap { $0.isEmpty ? nil : $0 } ?? run.label
            guard !found.contains(where: { $0.label == label }) else { continue }
            found.append(
                ListedRun(
                    name: names[label] ?? named.first { $0.directory == directory }?.name, label: label, job: nil, summary: run.summary,
                    result: run.result, repeats: run.repeats))
        }
        return found.sorted { ($0.started, $0.label) < ($1.started, $1.label) }
    }

    private static func searched(_ name: String?, _ label: String, job: String?, at path: String) -> ListedRun {
        var run = ListedRun(name: name, label: label, job: job, summary: path, result: nil)
        run.capacity = (try? CapacityResult.read(path: path)) ?? nil
        return run
    }

    /// - Parameter repeats: where the document of several runs would be.
    private static func listed(_ name: String?, _ label: String, job: String?, summary: String, repeats: String) -> ListedRun {
        if let read = ReadRepeats(path: repeats) {
            return ListedRun(name: name, label: label, job: job, summary: repeats, result: nil, repeats: read)
        }
        return ListedRun(name: name, label: label, job: job, summary: summary, result: try? Summary(path: summary).result)
    }
}

extension ListedRun {
    /// RFC 3339; empty without a summary.
    package var started: String { repeats?.started ?? result?.outcome?.started ?? capacity?.started ?? "" }
    package var scenario: String? { repeats?.scenario ?? result?.scenario ?? capacity?.scenario }
    package var model: String? { repeats?.model ?? result?.run?.model ?? capacity?.model }

    /// What people call it in a command.
    package var handle: String { name ?? job ?? label }

    /// `VALID`, `INVALID`…, how it ended when that was early, or that there is no summary; of several runs how many count.
    package var verdict: String {
        if let repeats { return repeats.verdict }
        if let capacity { return "capacity \(capacity.state.rawValue)" }
        guard let result else { return "no summary" }
        if result.certainty?.overload != nil { return "OVERLOADED" }
        if let kind = result.outcome?.kind, kind != .completed { return kind.rawValue }
        return result.certainty?.verdict?.run.level.name ?? "–"
    }

    /// Requests per second, milliseconds and 0…1: of the run's headline window, between several runs with the interval of that, or
    /// of a search's confirmation.
    package var headline: (perSecond: Figure?, p50: Figure?, p95: Figure?, successRate: Figure?) {
        func value(_ figure: Figure?) -> Figure? { figure.map { Figure(value: $0.value) } }
        if let repeats {
            let latency = repeats.latency
            return (repeats.requestsPerSecond, latency.p50, latency.p95, repeats.successRate)
        }
        if let confirmed = capacity?.confirmation {
            func latency(_ p: Double) -> Figure? { value(confirmed.latency.first { $0.p == p }?.figure) }
            let success = confirmed.objectives.first { $0.selector == "success_rate" }?.figure
            return (Figure(value: confirmed.achieved), latency(0.5), latency(0.95), value(success))
        }
        let window = result?.certainty?.headline
        func latency(_ p: Double) -> Figure? { value(window?.latency.first { $0.p == p }?.figure) }
        return (value(window?.requestsPerSecond), latency(0.5), latency(0.95), value(window?.successRate))
    }

    package var document: JSON {
        let headline = headline
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        func number(_ figure: Figure?) -> JSON { figure.map { .double($0.value) } ?? .null }
        let several: [(String, JSON)] = repeats.map { [("repeats", $0.listed)] } ?? []
        let searched: [(String, JSON)] = capacity.map { [("capacity", $0.confirmed.map { .double($0) } ?? .null)] } ?? []
        return .object(
            [
                ("name", text(name)), ("run_label", .string(label)), ("job", text(job)), ("started", text(started.isEmpty ? nil : started)),
                ("scenario", text(scenario)), ("model", text(model)), ("verdict", .string(verdict)),
                ("requests_per_second", number(headline.perSecond)), ("p50_ms", number(headline.p50)), ("p95_ms", number(headline.p95)),
                ("success_rate", number(headline.successRate)), ("summary", .string(summary)),
            ] + several + searched)
    }
}
