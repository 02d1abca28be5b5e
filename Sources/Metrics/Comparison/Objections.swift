// What speaks against a comparison, of all runs of both sides: each pair among itself, and the pairs among each other.

import Statistics

struct Objections {
    let design: Comparison.Design
    let allowed: Set<String>

    func all(_ a: [ComparedRun], _ b: [ComparedRun]) -> [NotComparable] {
        var found: [NotComparable] = []
        let isKnown = (a + b).allSatisfy { $0.result.run != nil }
        func add(_ first: ComparedRun, _ second: ComparedRun, _ names: (a: String, b: String)) {
            let more = Comparability.objections(describe(first, isKnown), describe(second, isKnown), names: names)
            for objection in more where !found.contains(objection) && !isAllowed(objection) { found.append(objection) }
        }
        for (number, pair) in zip(a, b).enumerated() {
            let suffix = a.count > 1 ? String(number + 1) : ""
            add(pair.0, pair.1, ("A\(suffix)", "B\(suffix)"))
            // What is the same within each pair must be the same for all.
            if number > 0 { add(a[0], pair.0, ("A1", "A\(number + 1)")) }
        }
        return found
    }

    private func isAllowed(_ objection: NotComparable) -> Bool {
        if case .differs(let name, _, _) = objection { return allowed.contains(name) }
        return false
    }

    private func describe(_ run: ComparedRun, _ isKnown: Bool) -> ArmDescription {
        let result = run.result
        let dropped = Double(result.metrics.count(.dropped))
        let started = Double(result.metrics.count(.started))
        return ArmDescription(
            verdict: result.certainty?.verdict?.run.level ?? .valid, isOverloaded: isOverloaded(result),
            plan: isKnown ? PlanFacts.of(result) : [], successRate: result.successShare ?? 0,
            droppedShare: dropped > 0 ? dropped / (dropped + started) : 0)
    }

    /// Of arms that take turns the queue is emptied after each turn.
    private func isOverloaded(_ result: RunResult) -> Bool {
        if case .alternating = design { return false }
        return result.certainty?.overload != nil
    }
}
