// When two runs must not be compared. A ratio of runs that differ in more than what is compared, or of which one measured its
// generator, looks exactly like a good one; therefore it is refused and the reason is said instead.

/// What is compared of one run.
package struct ArmDescription: Sendable {
    package var verdict: GeneratorVerdict.Level
    package var isOverloaded: Bool
    /// Names and values of what must be the same: rate, corpus, seeds, max_tokens, ignore_eos, model, executor.
    package var plan: [(name: String, value: String)]
    /// Succeeded of finished requests, 0…1.
    package var successRate: Double
    /// Dropped of all arrivals, 0…1.
    package var droppedShare: Double

    package init(
        verdict: GeneratorVerdict.Level, isOverloaded: Bool, plan: [(name: String, value: String)], successRate: Double,
        droppedShare: Double
    ) {
        self.verdict = verdict
        self.isOverloaded = isOverloaded
        self.plan = plan
        self.successRate = successRate
        self.droppedShare = droppedShare
    }
}

/// Why two runs are no pair.
package enum NotComparable: Sendable, Equatable {
    case invalid(arm: String)
    case overloaded(arm: String)
    /// `nil` when an arm does not have it.
    case differs(name: String, a: String?, b: String?)
    case successRates(a: Double, b: Double)
    case dropped(arm: String, share: Double)
}

package enum Comparability {
    private static let successTolerance = 0.01
    private static let mostDropped = 0.01

    /// All reasons against comparing `a` and `b`; none means that they may be compared. `names`: of the arms in these reasons.
    package static func objections(
        _ a: ArmDescription, _ b: ArmDescription, names: (a: String, b: String) = ("A", "B")
    ) -> [NotComparable] {
        var found: [NotComparable] = []
        for (arm, description) in [(names.a, a), (names.b, b)] {
            if description.verdict == .invalid { found.append(.invalid(arm: arm)) }
            if description.isOverloaded { found.append(.overloaded(arm: arm)) }
            if description.droppedShare >= mostDropped { found.append(.dropped(arm: arm, share: description.droppedShare)) }
        }
        let valuesA = Dictionary(a.plan.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let valuesB = Dictionary(b.plan.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let names = a.plan.map(\.name) + b.plan.map(\.name).filter { valuesA[$0] == nil }
        for name in names where valuesA[name] != valuesB[name] {
            found.append(.differs(name: name, a: valuesA[name], b: valuesB[name]))
        }
        if abs(a.successRate - b.successRate) > successTolerance {
            found.append(.successRates(a: a.successRate, b: b.successRate))
        }
        return found
    }
}
