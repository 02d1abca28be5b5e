// The highest rate that meets a latency objective (docs/STATISTICS.md, "Capacity"): searched for cheaply by point estimates,
// then confirmed on fresh data with the probability of a wrong answer bounded over all looks and tries. A value: it says
// what to run next and is told what came of it.

package struct CapacitySearch: Sendable {
    package enum Step: Sendable, Equatable {
        /// Load at that rate, after warm-up, and judge the point estimate.
        case probe(rate: Double, seconds: Double)
        /// Load at that rate and report a bound after each of `looks` (seconds); ``boundTail`` is the bound's level.
        case confirm(rate: Double, looks: [Double])
        case finished(Outcome)
    }

    package enum Outcome: Sendable, Equatable {
        case confirmed(rate: Double, lowestRefused: Double?)
        /// Not one rate could be confirmed.
        case refused(lowestRefused: Double)
        /// The generator, not the server, was the limit: nothing can be said.
        case generatorLimited(rate: Double)
    }

    package enum Probe: Sendable { case met, missed, overloaded, suspect }

    static let probeSeconds = 75.0
    static let looks = [300.0, 600.0]
    static let tries = 5
    private static let bracket = 1.05
    private static let margin = 0.97
    private static let mostRepeats = 3
    /// Below this share of the start rate nothing is looked for.
    private static let lowestShare = 1.0 / 64

    /// What each one-sided bound may fail with, so that all looks of all tries together fail with 5 %.
    package static let boundTail = 0.05 / Double(tries * looks.count)

    private enum Phase { case search, confirm(rate: Double, tried: Int, look: Int), done(Outcome) }

    private let start: Double
    private var rate: Double
    private var met: Double?
    private var lowestRefused: Double?
    private var repeats = 0
    private var phase = Phase.search
    /// Load asked for so far, in seconds.
    package private(set) var seconds = 0.0

    package init(startRate: Double) {
        start = startRate
        rate = startRate
    }

    package var next: Step {
        switch phase {
        case .search: .probe(rate: rate, seconds: Self.probeSeconds)
        case .confirm(let rate, _, _): .confirm(rate: rate, looks: Self.looks)
        case .done(let outcome): .finished(outcome)
        }
    }

    /// What came of the probe that ``next`` asked for.
    package mutating func report(_ probe: Probe) {
        guard case .search = phase else { return }
        seconds += Self.probeSeconds
        switch probe {
        case .suspect: repeated(at: rate)
        case .met:
            met = rate
            advance()
        case .missed, .overloaded:
            refuse(rate)
            advance()
        }
    }

    /// What a look of the confirmation said: `bound`, the one-sided upper bound of the percentile at ``boundTail``, in the
    /// objective's unit; `nil` without one.
    package mutating func report(bound: Double?, objective: Double, overloaded: Bool = false, suspect: Bool = false) {
        guard case .confirm(let rate, let tried, let look) = phase else { return }
        seconds += Self.looks[look] - (look > 0 ? Self.looks[look - 1] : 0)
        if suspect { return repeated(at: rate) }
        if let bound, bound <= objective, !overloaded { return phase = .done(.confirmed(rate: rate, lowestRefused: lowestRefused)) }
        if look + 1 < Self.looks.count, !overloaded { return phase = .confirm(rate: rate, tried: tried, look: look + 1) }
        refuse(rate)
        phase =
            tried + 1 < Self.tries
            ? .confirm(rate: rate * Self.margin, tried: tried + 1, look: 0) : .done(.refused(lowestRefused: lowestRefused ?? rate))
    }

    private mutating func refuse(_ rate: Double) { lowestRefused = min(rate, lowestRefused ?? rate) }

    /// Data of a suspect generator is thrown away and taken again, from the first look.
    private mutating func repeated(at rate: Double) {
        repeats += 1
        if repeats > Self.mostRepeats {
            phase = .done(.generatorLimited(rate: rate))
        } else if case .confirm(_, let tried, _) = phase {
            phase = .confirm(rate: rate, tried: tried, look: 0)
        }
    }

    /// Doubles, or halves while nothing was met, until there is a bracket; then bisects it to 5 %.
    private mutating func advance() {
        repeats = 0
        switch (met, lowestRefused) {
        case (let met?, nil): rate = met * 2
        case (let met?, let refused?) where refused > met * Self.bracket: rate = (met + refused) / 2
        case (let met?, _?): phase = .confirm(rate: met * Self.margin, tried: 0, look: 0)
        case (nil, let refused?) where refused / 2 < start * Self.lowestShare: phase = .done(.refused(lowestRefused: refused))
        case (nil, let refused?): rate = refused / 2
        case (nil, nil): break
        }
    }
}
