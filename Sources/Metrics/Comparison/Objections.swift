// What speaks against a comparison, of all runs of both sides: each pair among itself, and the pairs among each other.

import Statistics

struct Objections {
    let design: Comparison.Design
    let allowed: Set<String>

    func all(_ a: [ComparedRun], _ b: [ComparedRun]) -> [NotComparable] {
        var found: [NotComparable] = []
        // Of what k6 wrote there are values and no verdict: nothing to refuse.
        guard (a + b).allSatisfy({ !$0.isOfK6 }) else { return [] }
        func add(_ first: ComparedRun, _ second: ComparedRun, _ names: (a: String, b: String), isPair: Bool = true) {
            let byContent = PlanFacts.haveDigests(first.result, second.result)
            let more = Comparability.objections(describe(first, byContent), describe(second, byContent), names: names)
            for objection in more where !found.contains(objection) && !isAllowed(objection, isPair: isPair) { found.append(objection) }
        }
        for (number, pair) in zip(a, b).enumerated() {
            let suffix = a.count > 1 ? String(number + 1) : ""
            add(pair.0, pair.1, ("A\(suffix)", "B\(suffix)"))
            // What is the same within each pair must be the same for all.
            if number > 0 { add(a[0], pair.0, ("A1", "A\(number + 1)"), isPair: false) }
        }
        return found
    }

    /// Repeats draw anew: only within a pair seeds are the same. How many of a run's requests fail may differ between pairs too.
    private func isAllowed(_ objection: NotComparable, isPair: Bool) -> Bool {
        switch objection {
        case .differs(let name, _, _): allowed.contains(name) || !isPair && name.lowercased().hasSuffix("seed")
        case .successRates: !isPair
        case .invalid, .overloaded, .dropped: false
        }
    }

    private func describe(_ run: ComparedRun, _ byContent: Bool) -> ArmDescription {
        let result = run.result
        let dropped = Double(result.metrics.count(.dropped))
        let started = Double(result.metrics.count(.started))
        return ArmDescription(
            verdict: result.certainty?.verdict?.run.level ?? .valid, isOverloaded: isOverloaded(result),
            plan: PlanFacts.of(result, byContent: byContent), successRate: result.successShare ?? 0,
            droppedShare: dropped > 0 ? dropped / (dropped + started) : 0)
    }

    /// Of arms that take turns the queue is emptied after each turn.
    private func isOverloaded(_ result: RunResult) -> Bool {
        if case .alternating = design { return false }
        return result.certainty?.overload != nil
    }
}
