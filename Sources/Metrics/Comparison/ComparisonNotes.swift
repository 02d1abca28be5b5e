// What a comparison must add: what its intervals do not cover, what was left out, what makes one side faster by construction.

import Statistics

enum ComparisonNotes {
    static func all(_ comparison: Comparison, _ a: [ComparedRun], _ b: [ComparedRun], allowed: Set<String>) -> [String] {
        var notes: [String] = []
        switch comparison.design {
        case .sequential: notes.append(ComparisonNote.sequential)
        case .repeats: notes += repeats(a, b)
        case .values: notes += values(a[0], b[0])
        case .duet, .alternating: break
        }
        notes += differences(a[0], b[0], allowed)
        if zip(a, b).contains(where: { !$0.isOfK6 && !$1.isOfK6 && !PlanFacts.haveDigests($0.result, $1.result) }) {
            notes.append(ComparisonNote.corpusByName)
        }
        notes += prompts(a, b)
        if let late = comparison.figures.max(by: { $0.lateBlocks < $1.lateBlocks }), late.lateBlocks > 0 {
            let kept = late.measured?.blocks ?? 0
            notes.append(ComparisonNote.lateBlocks(late.lateBlocks, of: late.lateBlocks + kept))
        }
        notes += conditions(a, "A") + conditions(b, "B")
        return notes
    }

    private static func repeats(_ a: [ComparedRun], _ b: [ComparedRun]) -> [String] {
        var notes = [ComparisonNote.betweenRuns(a.count)]
        if a.count < BetweenRuns.recommended { notes.append(ComparisonNote.fewRepeats) }
        let ofA = a.compactMap(\.started), ofB = b.compactMap(\.started)
        if let lastA = ofA.max(), let firstB = ofB.min(), let lastB = ofB.max(), let firstA = ofA.min(), lastA < firstB || lastB < firstA {
            notes.append(ComparisonNote.notInterleaved)
        }
        return notes
    }

    private static func values(_ a: ComparedRun, _ b: ComparedRun) -> [String] {
        let ofK6 = [("A", a), ("B", b)].filter(\.1.isOfK6)
        guard !ofK6.isEmpty else { return [ComparisonNote.noRecords] }
        let dropped = ofK6.map { ($0.0, $0.1.result.metrics.count(.dropped)) }.filter { $0.1 > 0 }
        return [ComparisonNote.ofK6(ofK6.map(\.0))] + dropped.map { ComparisonNote.dropped($0, count: $1) }
    }

    /// Differences that were allowed, so that nobody forgets that they are there.
    private static func differences(_ a: ComparedRun, _ b: ComparedRun, _ allowed: Set<String>) -> [String] {
        guard !allowed.isEmpty else { return [] }
        let byContent = PlanFacts.haveDigests(a.result, b.result)
        let ofA = Dictionary(PlanFacts.of(a.result, byContent: byContent), uniquingKeysWith: { $1 }),
            ofB = Dictionary(PlanFacts.of(b.result, byContent: byContent), uniquingKeysWith: { $1 })
        return allowed.sorted().filter { ofA[$0] != ofB[$0] }
            .map { ComparisonNote.allowed(NotComparable.differs(name: $0, a: ofA[$0], b: ofB[$0]).text) }
    }

    /// A server that has computed a prompt before answers it faster.
    private static func prompts(_ a: [ComparedRun], _ b: [ComparedRun]) -> [String] {
        func of(_ run: ComparedRun) -> (from: Double?, cached: Double?) {
            (run.result.metrics.number(.repeatedFrom), run.result.metrics.number(.cachedShare))
        }
        guard !a[0].isOfK6, !b[0].isOfK6 else { return [] }
        let first = of(a[0]), second = of(b[0])
        guard first.from != nil || second.from != nil || (first.cached ?? 0) > 0 || (second.cached ?? 0) > 0 else { return [] }
        return [ComparisonNote.repeats(a: first, b: second)]
    }

    private static func conditions(_ runs: [ComparedRun], _ arm: String) -> [String] {
        runs.enumerated().flatMap { number, run -> [String] in
            let name = runs.count > 1 ? "\(arm)\(number + 1)" : arm
            var notes: [String] = []
            if let verdict = run.result.certainty?.verdict?.run, verdict.level == .suspect { notes.append("\(name) is \(verdict.text)") }
            if run.result.certainty?.steady?.isUnsettled == true { notes.append(ComparisonNote.unsettled(name)) }
            if let outcome = run.result.outcome, outcome.kind != .completed {
                notes.append(ComparisonNote.cutShort(name, kind: outcome.kind.rawValue, seconds: outcome.durationSeconds))
            }
            if run.result.run?.plan.stages != nil, arm == "A", number == 0 { notes.append(ComparisonNote.ramp) }
            return notes
        }
    }
}
