// The highest load that meets objectives (docs/CAPACITY.md): searched for cheaply by point estimates, then confirmed on fresh data with
// the probability of a wrong answer bounded over all looks and tries. A value: it says what to run next and is told what came of
// it, so that a test plays thousands of searches.

import Glibc

package struct CapacitySearch: Sendable {
    package enum Step: Sendable, Equatable {
        /// Load that much, after warm-up, and judge the point estimate.
        case probe(load: Double, seconds: Double)
        /// Load that much and report a bound after each of `looks` (seconds after warm-up); ``Rules/boundTail`` is its level.
        case confirm(load: Double, looks: [Double])
        case finished(Outcome)
    }

    package enum Outcome: Sendable, Equatable {
        /// `isMost`: at the highest load that was allowed.
        case confirmed(load: Double, isMost: Bool)
        /// Not one load could be confirmed.
        case refused
        /// The generator, not the server, was the limit: nothing can be said.
        case generatorLimited(load: Double)
        /// What time is left is too short for a confirmation.
        case outOfTime
    }

    /// What came of a probe, or of all looks of a confirmation.
    package enum Finding: Sendable { case met, missed, void }

    /// What is searched for and how long it may take. Times are seconds, loads arrivals per second or users.
    package struct Rules: Sendable, Equatable {
        package var start: Double
        package var least, most: Double
        /// Users: whole, one at least.
        package var isWhole: Bool
        /// Of a probe, after its warm-up.
        package var probeSeconds = 75.0
        package var looks = [300.0, 600.0]
        /// Warm-up and what is between probes.
        package var overheadSeconds = 0.0
        /// Of the whole search; nil for as long as it takes.
        package var budget: Double?
        /// That no load is confirmed that does not meet the objectives.
        package var confidence = 0.95
        /// Without so many requests no bound can meet the objectives; a probe has a sixth of them: the five values beyond a
        /// percentile without which its estimate is the largest value.
        package var neededRequests = 0
        /// Requests per second at a load of 1, as far as it is known: of a rate 1.
        package var requestsPerLoad: Double?

        package init(start: Double, least: Double? = nil, most: Double? = nil, isWhole: Bool = false) {
            self.start = start
            self.isWhole = isWhole
            self.least = least ?? max(start * CapacitySearch.lowestShare, isWhole ? 1 : 0)
            self.most = most ?? .infinity
        }

        /// What each one-sided bound may fail with, so that all looks of all tries together fail with 1 − confidence.
        package var boundTail: Double { (1 - confidence) / Double(CapacitySearch.tries * looks.count) }
    }

    /// Of 200 simulated searches (M/G/8, docs/CAPACITY.md) 5 %, 3 %, 3 % and 5 tries confirm 6.6 % below the capacity and 11.5 % at
    /// worst; these 5.8 % and 9.4 %, for a quarter more time. Neither is ever above it.
    static let tries = 6
    static let bracket = 1.03
    static let margin = 0.98
    static let descent = 0.975
    private static let mostRepeats = 3
    /// Below this share of the start nothing is looked for.
    fileprivate static let lowestShare = 1.0 / 64

    private enum Phase { case search, confirm(tried: Int), done(Outcome) }

    package private(set) var rules: Rules
    private var load: Double
    /// By point estimates.
    package private(set) var met: Double?
    package private(set) var lowestRefused: Double?
    private var repeats = 0
    private var phase = Phase.search
    /// Time that was spent so far, seconds.
    package private(set) var seconds = 0.0

    package init(_ rules: Rules) {
        self.rules = rules
        load = Self.shown(min(max(rules.start, rules.least), rules.most), isWhole: rules.isWhole)
    }

    package var next: Step {
        switch phase {
        case .search: .probe(load: load, seconds: probeSeconds)
        case .confirm: .confirm(load: load, looks: affordable)
        case .done(let outcome): .finished(outcome)
        }
    }

    /// How many requests a load brought, where that is found out: of users.
    package mutating func learn(requestsPerSecond: Double, at load: Double) {
        if rules.isWhole, load > 0, requestsPerSecond > 0 { rules.requestsPerLoad = requestsPerSecond / load }
    }

    /// What is spent besides on each probe from now on, where it grows with the load.
    package mutating func expect(overheadSeconds: Double) { rules.overheadSeconds = overheadSeconds }

    private func seconds(for requests: Int) -> Double {
        let perSecond = (rules.requestsPerLoad ?? (rules.isWhole ? 0 : 1)) * load
        return perSecond > 0 ? (Double(requests) / perSecond).rounded(.up) : 0
    }

    private var probeSeconds: Double { max(rules.probeSeconds, seconds(for: rules.neededRequests / 6)) }

    /// Longer where so few requests come that no shorter one could prove anything.
    private var looks: [Double] {
        // Random arrivals may be three standard deviations fewer.
        let needed = seconds(for: rules.neededRequests + Int(3 * Double(rules.neededRequests).squareRoot()))
        let stretch = rules.looks.last.map { max(1, needed / $0) } ?? 1
        return stretch > 1 ? rules.looks.map { ($0 * stretch).rounded(.up) } : rules.looks
    }

    /// The longest that is still to come, seconds: what is left to halve, and every try with all its looks.
    package var secondsLeft: Double {
        let confirmation = (looks.last ?? 0) + rules.overheadSeconds
        let probe = probeSeconds + rules.overheadSeconds
        let most: Double =
            switch phase {
            case .search: Double(probesLeft) * probe + Double(Self.tries) * confirmation
            case .confirm(let tried): Double(Self.tries - tried) * confirmation
            case .done: 0
            }
        return rules.budget.map { min(most, max(0, $0 - seconds)) } ?? most
    }

    private var probesLeft: Int {
        guard let met, let lowestRefused else { return 8 }
        return max(0, Int(log2(max(1, (lowestRefused / met - 1) / (Self.bracket - 1))).rounded(.up)))
    }

    /// What came of what ``next`` asked for.
    ///
    /// - Parameter spent: all of it, with its warm-up and draining, seconds.
    package mutating func report(_ finding: Finding, spent: Double) {
        seconds += spent
        switch (phase, finding) {
        case (.done, _): return
        case (_, .void): repeated()
        case (.search, .met):
            met = max(met ?? 0, load)
            advance()
        case (.search, .missed):
            refuse()
            advance()
        case (.confirm, .met): phase = .done(.confirmed(load: load, isMost: load >= rules.most))
        case (.confirm(let tried), .missed):
            refuse()
            repeats = 0
            let lower = lower(load * Self.descent)
            if tried + 1 < Self.tries, let lower {
                load = lower
                phase = .confirm(tried: tried + 1)
            } else {
                phase = .done(.refused)
            }
        }
        checkTime()
    }

    private mutating func refuse() { lowestRefused = min(load, lowestRefused ?? load) }

    /// Data of a generator that was late is thrown away and taken again.
    private mutating func repeated() {
        repeats += 1
        if repeats > Self.mostRepeats { phase = .done(.generatorLimited(load: load)) }
    }

    /// Doubles, or halves while nothing was met, until there is a bracket; then bisects it.
    private mutating func advance() {
        repeats = 0
        switch (met, lowestRefused) {
        case (let met?, nil):
            if met >= rules.most { begin(confirming: met) } else { load = shown(min(met * 2, rules.most)) }
        case (let met?, let refused?):
            let middle = shown((met + refused) / 2)
            if refused > met * Self.bracket, middle > met, middle < refused {
                load = middle
            } else {
                begin(confirming: lower(met * Self.margin) ?? met)
            }
        case (nil, let refused?):
            if refused <= rules.least { phase = .done(.refused) } else { load = shown(max(refused / 2, rules.least)) }
        case (nil, nil): break
        }
    }

    private mutating func begin(confirming load: Double) {
        self.load = load
        phase = .confirm(tried: 0)
    }

    /// The looks that there is time for; at least the first.
    private var affordable: [Double] {
        guard let budget = rules.budget else { return looks }
        let left = budget - seconds - rules.overheadSeconds
        let possible = looks.filter { $0 <= left }
        return possible.isEmpty ? Array(looks.prefix(1)) : possible
    }

    /// A search that would leave no time for its confirmation confirms what it has.
    private mutating func checkTime() {
        guard let budget = rules.budget else { return }
        let left = budget - seconds
        let confirmation = (looks.first ?? 0) + rules.overheadSeconds
        switch phase {
        case .search where left < probeSeconds + rules.overheadSeconds + confirmation:
            guard let met, left >= confirmation else { return phase = .done(.outOfTime) }
            begin(confirming: lower(met * Self.margin) ?? met)
        case .confirm where left < confirmation: phase = .done(.outOfTime)
        default: break
        }
    }

    /// `load` in the digits that are shown, never above it; nil where that is below the least.
    private func lower(_ load: Double) -> Double? {
        let shown = shown(load)
        return shown >= rules.least && shown > 0 ? shown : nil
    }

    private func shown(_ load: Double) -> Double { Self.shown(load, isWhole: rules.isWhole) }

    /// Three digits, rounded down: what is said is what was loaded.
    static func shown(_ load: Double, isWhole: Bool) -> Double {
        guard load > 0, load.isFinite else { return 0 }
        if isWhole { return max(1, load.rounded(.down)) }
        let digits = 2 - Int(log10(load).rounded(.down))
        let scale = pow(10, Double(abs(digits)))
        // A little more, as 0.3 · 10 is less than 3 in doubles.
        return digits >= 0 ? (load * scale * (1 + 1e-12)).rounded(.down) / scale : (load / scale * (1 + 1e-12)).rounded(.down) * scale
    }
}
