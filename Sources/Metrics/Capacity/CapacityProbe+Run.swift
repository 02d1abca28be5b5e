// What a probe came to, out of the run that it was: the figures of its window, what the looks at it found, and whether it counts.

import Generator
import Statistics

/// What was decided while a probe went on.
package struct CapacityWatching: Sendable {
    /// Looks of a confirmation that were made before its end.
    package var looks: [CapacityProbe.Look] = []
    package var growth: GrowthGuard.Growth?
    /// When the last of them was decided, nanoseconds since the probe's zero.
    package var decidedAt: Int64?

    package init() {}
}

extension CapacityProbe {
    /// Fills in what the run measured, and decides.
    ///
    /// - Parameters:
    ///   - warmUp, load: where the window begins and the load ended, nanoseconds since the probe's zero.
    ///   - tail: of the bounds of a confirmation that goes on to its end; nil in a search.
    ///   - promptsBefore: those that earlier probes have sent.
    package mutating func take(
        _ statistics: RunStatistics, context: RunContext, outcome: RunOutcome, result: RunResult, watching: CapacityWatching,
        judge: CapacityJudge, warmUp: Int64, load: Int64, tail: Double?, promptsBefore: Int
    ) {
        seconds = Double(outcome.duration) / 1e9
        started = result.outcome?.started ?? ""
        runLabel = context.runLabel
        cutOff = Int(statistics.interrupted.total)
        cachedShare = statistics.tokens.cachedShare
        repeatedShare = Self.repeated(Int(statistics.started.total), of: context.corpus, after: promptsBefore)
        generator = result.certainty?.verdict?.run.level
        looks = watching.looks
        let window = Self.window(statistics, warmUp: warmUp, load: min(load, outcome.planEnd ?? load))
        figures(statistics.observations, window: window)
        if let growth = watching.growth, let at = watching.decidedAt {
            overload = Guard(at: Double(at) / 1e9, first: growth.first, last: growth.last, leftAfter: Double(outcome.duration - at) / 1e9)
        }
        if looks.last?.isMet != true, watching.growth == nil, outcome.kind == .completed || tail == nil {
            let findings = judge.findings(statistics, window: window, tail: tail)
            looks.append(Look(seconds: to - from, level: tail, objectives: findings, isMet: findings.allSatisfy(\.isMet)))
        }
        objectives = looks.last?.objectives ?? judge.findings(statistics, window: window, tail: nil)
        let grown = context.plannedArrivals.flatMap { _ in Self.growth(statistics.observations, window: window) }
        (decision, reason) = decided(result, outcome, grown, isDecided: watching.decidedAt != nil)
    }

    /// Of `sent` prompts, those that were sent before, by this probe or an earlier one.
    private static func repeated(_ sent: Int, of corpus: CorpusDescription, after before: Int) -> Double {
        guard sent > 0, corpus.nonce != true else { return 0 }
        return 1 - Double(min(sent, max(0, corpus.prompts - before))) / Double(sent)
    }

    /// After the warm-up, and without the requests that end while the load is already falling.
    private static func window(_ statistics: RunStatistics, warmUp: Int64, load: Int64) -> Range<Int64> {
        let measured = max(1, load - warmUp)
        let whole = warmUp..<(warmUp + measured)
        let p99 = LatencyColumns(statistics.observations, window: whole).quantiles([0.99]).first ?? 0
        return warmUp..<max(warmUp + 1, whole.upperBound - min(Int64(p99), measured / 4))
    }

    private mutating func figures(_ observations: Observations, window: Range<Int64>) {
        let figures = WindowFigures(observations, window: window)
        (from, to, latency) = (figures.from, figures.to, figures.latency.filter { [0.5, 0.95, 0.99].contains($0.p) })
        inFlight = figures.inFlight ?? InFlight(mean: 0, most: 0)
        outputTokensPerSecond = figures.tokensPerSecond.value > 0 ? figures.tokensPerSecond : nil
        var (due, started) = (0, 0)
        observations.forEach {
            if window.contains($0.scheduled), $0.outcome != .interrupted { due += observations.weight }
            if window.contains($0.started) { started += observations.weight }
        }
        requests = due
        achieved = to > from ? Double(started) / (to - from) : 0
    }

    /// That the queue grew for all of a window. Answers may still be as quick as the objectives ask: how long they take then says how
    /// long the probe was.
    package static func growth(_ observations: Observations, window: Range<Int64>) -> Overload? {
        var requests = 0
        observations.forEach { if window.contains($0.scheduled) { requests += observations.weight } }
        return Overload(inFlight: PerSecond.inFlight(observations, window: window), requests: requests)
    }

    private func decided(
        _ result: RunResult, _ outcome: RunOutcome, _ grown: Overload?, isDecided: Bool
    ) -> (Decision, String?) {
        let verdict = result.certainty?.verdict
        if verdict?.isLate == true {
            return (.void, "the generator was late: " + (verdict?.run.reasons.first?.text ?? "its verdict is INVALID"))
        }
        if let overload {
            return (.overloaded, "requests in flight grew from \(Figures.short(overload.first)) to \(Figures.short(overload.last))")
        }
        if outcome.kind != .completed, !isDecided { return (.void, outcome.reason ?? "it was cut short") }
        // A minute is too short to tell a nearly full server from an overloaded one: there it says only what made it miss.
        if let grown, !isDecided, phase == .confirm || looks.last?.isMet != true {
            return (.overloaded, "requests in flight grew from \(Figures.short(grown.first)) to \(Figures.short(grown.last))")
        }
        // Users that were all busy, and requests that were dropped or cut off: the server did not take the load.
        // What its early end cut off came after the look that decided.
        if generator == .invalid, !isDecided {
            return (.missed, verdict?.run.reasons.first?.text ?? "not all requests were answered")
        }
        guard looks.last?.isMet == true else { return (.missed, limiting.map(Self.why)) }
        return (.met, nil)
    }

    /// The first objective that is not met.
    package var limiting: CapacityFinding? { objectives.first { !$0.isMet } }

    /// What is said of it.
    private static func why(_ finding: CapacityFinding) -> String {
        let value = finding.figure.map { Figures.short($0.value) } ?? "nothing measured"
        if let bound = finding.bound {
            return "\(finding.selector): \(finding.condition): \(value), and up to \(Figures.short(bound)) not excluded"
        }
        return "\(finding.selector): \(finding.condition): \(value)" + (finding.missing.map { " (\($0))" } ?? "")
    }
}
