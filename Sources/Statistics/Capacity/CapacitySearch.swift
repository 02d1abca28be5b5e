// The highest load that meets objectives (docs/CAPACITY.md): searched for cheaply by point estimates, then confirmed on fresh data with
// the probability of a wrong answer bounded over all looks and tries. A value: it says what to run next and is told what came of
// it, so that a test plays thousands of searches.

import Glibc

package struct CapacitySearch: Sendable {
    package enum Step: Sendable, Equatable {
        /// Load that much, after warm-up, and judge the point estimate.
        case probe(load: Double, seconds: Double)
        /// Load that much and look with a bound until one decides; the last is the longest it may take.
        case confirm(load: Double, looks: [Look])
        case finished(Outcome)
    }

    /// When a confirmation is looked at, seconds after the warm-up, and what each bound may fail with.
    package struct Look: Sendable, Equatable {
        package var seconds, tail: Double

        package init(seconds: Double, tail: Double) {
            self.seconds = seconds
            self.tail = tail
        }
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
        /// Of a confirmation that is not decided sooner.
        package var looks = CapacitySearch.looks(600)
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

        /// What a bound may fail with: at `look`, after `misses` confirmations that failed, and at a load above one that is confirmed.
        ///
        /// On the way down each load has half of what the one before had, so that all of them together wrongly confirm with less than
        /// 1 − confidence. Above a confirmed load the first that does not confirm is the end: at most one that does not meet the
        /// objectives is looked at there, and it may have all that is left. Of a load's share each look has twice that of the one before.
        package func tail(look: Int, misses: Int, isAbove: Bool) -> Double {
            let share = pow(0.5, Double(isAbove ? misses : misses + 1))
            return (1 - confidence) * share * pow(2, Double(look)) / (pow(2, Double(looks.count)) - 1)
        }
    }

    /// After half of `seconds`, all, twice and four times as long.
    package static func looks(_ seconds: Double) -> [Double] { [0.5, 1, 2, 4].map { $0 * seconds } }

    /// Confirmations, without those of a generator that was late.
    static let tries = 6
    static let bracket = 1.03
    /// Without a curve: below the highest load that was met, and below one that was not confirmed.
    static let margin = 0.98
    static let descent = 0.975
    /// With one, no further at once.
    private static let steps = 0.7...1.15
    /// What a load above a confirmed one must promise.
    private static let gain = 1.02
    /// How far below the limit the first is tried.
    private static let firstStrain = -0.04
    /// How much further below the limit than the bound lies above the value: at 1.0 chance would leave half of them unconfirmed.
    private static let caution = 1.43
    /// The first look is chosen that costs no more load than this.
    private static let cheap = 0.05
    private static let mostRepeats = 3
    /// Below this share of the start nothing is looked for.
    fileprivate static let lowestShare = 1.0 / 64
    /// Medians of latency that a probe and the first look last: a queue that is nearly full remembers longer than that.
    private static let answersOfProbe = 15.0, answersOfLook = 60.0
    private static let mostStretch = 4.0

    private enum Phase { case search, confirm, done(Outcome) }

    package private(set) var rules: Rules
    private var load: Double
    /// By point estimates.
    package private(set) var met: Double?
    /// The lowest that was refused; of a confirmed load, above it: what a probe of a minute refuses below that was chance.
    package var lowestRefused: Double? { refused.filter { $0 > confirmed ?? 0 }.min() }
    private var refused: [Double] = []
    /// The lowest that no curve speaks of: its queue grew.
    private var collapsed = Double.infinity
    package private(set) var confirmed: Double?
    private var curve = CapacityCurve()
    /// Standard deviation of a strain in a window of a second.
    private var spread: Double?
    private var tries = 0, misses = 0
    /// Seconds.
    private var answer = 0.0
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
        case .confirm:
            .confirm(
                load: load,
                looks: affordable.enumerated().map { index, seconds in
                    Look(seconds: seconds, tail: rules.tail(look: index, misses: misses, isAbove: confirmed != nil))
                })
        case .done(let outcome): .finished(outcome)
        }
    }

    /// How many requests a load brought, where that is found out: of users; and how long a server that kept up took to answer.
    package mutating func learn(requestsPerSecond: Double, medianSeconds: Double? = nil, at load: Double) {
        if rules.isWhole, load > 0, requestsPerSecond > 0 { rules.requestsPerLoad = requestsPerSecond / load }
        if let medianSeconds { answer = medianSeconds }
    }

    /// What is spent besides on each probe from now on, where it grows with the load.
    package mutating func expect(overheadSeconds: Double) { rules.overheadSeconds = overheadSeconds }

    private func stretch(_ seconds: Double, answers: Double) -> Double {
        min(max(1, answers * answer / seconds), Self.mostStretch)
    }

    /// How much longer than asked for a probe and its warm-up are, where answers are slow.
    package var probeStretch: Double { stretch(rules.probeSeconds, answers: Self.answersOfProbe) }

    private func seconds(for requests: Int) -> Double {
        let perSecond = (rules.requestsPerLoad ?? (rules.isWhole ? 0 : 1)) * load
        return perSecond > 0 ? (Double(requests) / perSecond).rounded(.up) : 0
    }

    private var probeSeconds: Double { max(rules.probeSeconds * probeStretch, seconds(for: rules.neededRequests / 6)) }

    /// Longer where so few requests come that the second could not prove anything, and where answers are slow.
    private var looks: [Double] {
        // Random arrivals may be three standard deviations fewer.
        let needed = seconds(for: rules.neededRequests + Int(3 * Double(rules.neededRequests).squareRoot()))
        guard let first = rules.looks.first, let second = rules.looks.prefix(2).last else { return [] }
        let stretch = max(needed / second, stretch(first, answers: Self.answersOfLook))
        return stretch > 1 ? rules.looks.map { ($0 * stretch).rounded(.up) } : rules.looks
    }

    /// The longest that is still to come, seconds: what is left to halve, and every try with all its looks.
    package var secondsLeft: Double {
        let confirmation = (looks.last ?? 0) + rules.overheadSeconds
        let probe = probeSeconds + rules.overheadSeconds
        let most: Double =
            switch phase {
            case .search: Double(probesLeft) * probe + Double(Self.tries) * confirmation
            case .confirm: Double(Self.tries - tries) * confirmation
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
    /// - Parameters:
    ///   - strain: by the last look; nil where the window says nothing, as of a queue that grew.
    ///   - spent: all of it, with its warm-up and draining, seconds.
    package mutating func report(_ finding: Finding, strain: CapacityStrain? = nil, spent: Double) {
        seconds += spent
        switch (phase, finding) {
        case (.done, _): return
        case (_, .void): repeated()
        case (_, .met), (_, .missed):
            learn(strain)
            if finding == .missed {
                refused.append(load)
                if strain == nil { collapsed = min(collapsed, load) }
            }
            repeats = 0
            if case .search = phase {
                if finding == .met { met = max(met ?? 0, load) }
                advance()
            } else {
                finding == .met ? confirm() : miss()
            }
        }
        checkTime()
    }

    private mutating func learn(_ strain: CapacityStrain?) {
        guard let strain else { return }
        curve.add(strain.value, at: load, weight: strain.seconds / rules.probeSeconds)
        if let spread = strain.spread { self.spread = spread * strain.seconds.squareRoot() }
    }

    /// A higher load is tried where the curve promises one.
    private mutating func confirm() {
        tries += 1
        confirmed = load
        let ceiling = min(load * Self.steps.upperBound, rules.most, collapsed * Self.margin)
        let higher = promising(isAbove: true).map { shown(min($0, ceiling)) } ?? 0
        if load < rules.most, tries < Self.tries, higher > load, higher >= min(load * Self.gain, rules.most) {
            load = higher
        } else {
            end()
        }
    }

    private mutating func miss() {
        tries += 1
        guard confirmed == nil else { return end() }
        misses += 1
        let lowest = load * Self.steps.lowerBound
        let below = promising(isAbove: false).map { min(max($0, lowest), load * Self.descent) } ?? load * Self.descent
        guard tries < Self.tries, let lower = lower(below), lower < load else { return end() }
        load = lower
    }

    private mutating func end() {
        phase = .done(confirmed.map { .confirmed(load: $0, isMost: $0 >= rules.most) } ?? .refused)
    }

    /// The load at which the bound would be within the limit, by the first look that costs little load and by the last that there is
    /// time for where none does.
    private func promising(isAbove: Bool) -> Double? {
        guard let slope = curve.slope else { return nil }
        guard let spread else { return curve.load(at: Self.firstStrain) }
        var needed = 0.0
        for (index, seconds) in affordable.enumerated() {
            let tail = rules.tail(look: index, misses: misses, isAbove: isAbove)
            needed = Self.caution * spread * Normal.quantile(upperTail: tail) / seconds.squareRoot()
            if needed <= Self.cheap * slope { break }
        }
        return curve.load(at: -needed)
    }

    /// Data of a generator that was late is thrown away and taken again.
    private mutating func repeated() {
        repeats += 1
        guard repeats > Self.mostRepeats else { return }
        if confirmed != nil { end() } else { phase = .done(.generatorLimited(load: load)) }
    }

    /// Doubles, or halves while nothing was met, until there is a bracket; then bisects it.
    private mutating func advance() {
        switch (met, lowestRefused) {
        case (let met?, nil):
            if met >= rules.most { begin(confirming: met) } else { load = shown(min(met * 2, rules.most)) }
        case (let met?, let refused?):
            let middle = shown((met + refused) / 2)
            if refused > met * Self.bracket, middle > met, middle < refused {
                load = middle
            } else {
                begin(below: met)
            }
        case (nil, let refused?):
            if refused <= rules.least { phase = .done(.refused) } else { load = shown(max(refused / 2, rules.least)) }
        case (nil, nil): break
        }
    }

    private mutating func begin(confirming load: Double) {
        self.load = load
        phase = .confirm
    }

    private mutating func begin(below met: Double) {
        let wanted = min(promising(isAbove: false) ?? met * Self.margin, collapsed * Self.margin, met * Self.steps.upperBound, rules.most)
        begin(confirming: lower(max(wanted, met * Self.steps.lowerBound)) ?? met)
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
            begin(below: met)
        case .confirm where left < confirmation:
            if confirmed != nil { end() } else { phase = .done(.outOfTime) }
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
