// The end of a run that loaded two servers at once: what each came to, which of them stopped answering, and the comparison. The
// one place that decides whether there is one.

import Base
import Generator

/// The requests of each arm of a run, while it goes on: the second reader of its records, beside its statistics.
package struct ArmRequests: Sendable {
    private let arms: [UInt16]
    private var requests: [ComparedRequests]

    /// Nil for a run that has no two arms.
    package init?(context: RunContext) {
        arms = (context.lanes ?? []).map(\.arm)
        guard arms.count == 2 else { return nil }
        requests = arms.map { _ in ComparedRequests() }
    }

    package mutating func consume(_ batch: UnsafeBufferPointer<RunRecord>) {
        for record in batch {
            if let index = arms.firstIndex(of: record.arm) { requests[index].consume(record) }
        }
    }

    /// Of the run that came to `result`.
    ///
    /// - Parameter turns: of arms that took turns.
    func comparison(_ result: RunResult, turns: [LaneTurn]?) -> ArmComparison? {
        guard result.lanes.count == 2 else { return nil }
        return ArmComparison(result: result, requests: requests, turns: turns.map { ArmTurns($0, arms: arms, lanes: result.lanes) })
    }
}

/// What a run of two arms says of them, kept as the summary has it, so that it reads the same wherever it is shown.
package struct ArmComparison: Sendable, Equatable {
    /// The comparison's document with members more: `dead_arms`, `turns`, and `text`, its lines.
    package let document: JSON

    init(document: JSON) { self.document = document }

    init(result: RunResult, requests: [ComparedRequests], turns: ArmTurns? = nil) {
        let runs = zip(result.lanes, requests).map { lane, requests in
            ComparedRun(name: "arm \(lane.name)", result: lane.result, requests: requests)
        }
        let comparison = Comparison(
            a: [runs[0]], b: [runs[1]], design: turns?.design ?? .duet,
            settings: ComparisonSettings(tolerance: result.run?.tolerance ?? 0, allowed: PlanFacts.differing(runs[0], runs[1])))
        let deaths = zip(result.lanes, requests).compactMap { lane, requests in
            requests.silentSince.map { second in
                let cause = lane.result.errors.first.map { ": " + OneLine.escaped($0.text ?? $0.hint) } ?? ""
                return "arm \(lane.name) answered nothing any more from \(Format.duration(seconds: second)) on\(cause)"
            }
        }
        let obstacles = deaths + (turns?.problem.map { [$0] } ?? [])
        // Of an arm that is gone there is nothing to compare, whatever the rest of it says.
        var text =
            obstacles.isEmpty
            ? comparison.textBlock(color: false).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            : ["=== Comparison: B against A ===", "NO COMPARISON"] + obstacles.map { "  " + $0 }
        if result.run?.design == "aa" { text += Self.ofAlikes }
        guard case .object(let members) = comparison.document else {
            document = .null
            return
        }
        document = .object(
            members + [.init("dead_arms", .array(deaths.map { .string($0) }))] + (turns.map { [.init("turns", $0.document)] } ?? [])
                + [.init("text", .array(text.map { .string($0) }))])
    }

    private static let ofAlikes = [
        "", "Both arms were asked the same: what differs here is the pair of servers, and",
        "what an A/B on it finds means nothing unless it is larger.",
    ]

    /// Whether it says anything of the arms: both are there, and something had an interval.
    package var hasVerdict: Bool {
        document["dead_arms"]?.elements.isEmpty == true && document[path: "turns", "problem"]?.text == nil
            && document["verdict"]?.text != Comparison.Verdict.none.rawValue
    }

    /// What a command ends with that shows it.
    package var exitStatus: ExitStatus {
        guard hasVerdict, let verdict = document["verdict"]?.text.flatMap(Comparison.Verdict.init) else { return .records }
        return verdict.exitStatus
    }

    /// Its lines, fit for a terminal whoever wrote the document.
    package var lines: [String] { (document["text"]?.elements ?? []).compactMap { $0.text.map { OneLine.escaped($0) } } }
}

extension ComparedRequests {
    /// Failures one after the other that make an arm a dead one: fewer may be bad luck at the end.
    private static let fewest = 10

    /// When it last succeeded, seconds since the run's start, if nothing but failures came after it; nil for an arm that answers.
    fileprivate var silentSince: Double? {
        var last = Int64.min
        forEach { if $0.outcome == .succeeded { last = max(last, $0.ended) } }
        var failures = 0
        forEach { if $0.outcome == .failed, $0.ended > last { failures += 1 } }
        return failures * Int(weight) >= Self.fewest ? max(0, Double(last == .min ? 0 : last) / 1e9) : nil
    }
}
