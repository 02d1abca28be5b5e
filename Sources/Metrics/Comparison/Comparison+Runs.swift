// A comparison out of the runs of both sides: what speaks against it first, then the figures by the design, and at the end Holm's
// answer over all that is tested.

import Statistics

/// What is asked of a comparison.
package struct ComparisonSettings: Sendable {
    /// The share up to which a difference is none, 0.03 for 3 %.
    package var tolerance = 0.0
    /// What may differ because it is what is compared: names as in a refusal, `model` or `request.body.temperature`.
    package var allowed: Set<String> = []

    package init(tolerance: Double = 0, allowed: Set<String> = []) {
        self.tolerance = tolerance
        self.allowed = allowed
    }
}

extension Comparison {
    /// - Parameters:
    ///   - a, b: as many of the one as of the other, at least one; those of one place are a pair.
    ///   - design: of one run of each; nil to find out from when they began.
    package init(a: [ComparedRun], b: [ComparedRun], design: Design? = nil, settings: ComparisonSettings = ComparisonSettings()) {
        precondition(!a.isEmpty && a.count == b.count)
        let pairs = Array(zip(a, b))
        let isMeasured = pairs.allSatisfy { $0.requests != nil && $1.requests != nil }
        let known = pairs.allSatisfy { $0.result.run != nil && $1.result.run != nil }
        self.init(
            design: pairs.count > 1 ? .repeats : !isMeasured ? .values : design ?? (Self.areAtOnce(a[0], b[0]) ? .duet : .sequential),
            a: ComparisonSide(runs: a.map(ComparisonSide.Run.init)), b: ComparisonSide(runs: b.map(ComparisonSide.Run.init)))
        tolerance = settings.tolerance
        objections = Objections(design: self.design, allowed: settings.allowed).all(a, b)
        guard objections.isEmpty else { return }
        if pairs.count == 1, let pair = isMeasured ? PairOfRuns(a: a[0], b: b[0], design: self.design) : nil {
            take(pair, a[0], b[0])
        } else {
            take(Self.repeats(pairs, isMeasured: isMeasured, isKnown: known))
        }
        judge(\.figures)
        for index in labels.indices { judge(\.labels[index].figures) }
        notes = ComparisonNotes.all(self, a, b, allowed: settings.allowed)
    }

    private init(design: Design, a: ComparisonSide, b: ComparisonSide) {
        self.design = design
        self.a = a
        self.b = b
    }

    /// Runs that began within this many nanoseconds of each other are cut at the same instants.
    private static let atOnce: Int64 = 1_000_000_000

    private static func areAtOnce(_ a: ComparedRun, _ b: ComparedRun) -> Bool {
        guard let a = a.started, let b = b.started else { return false }
        return abs(a - b) <= atOnce
    }

    private mutating func take(_ pair: PairOfRuns, _ a: ComparedRun, _ b: ComparedRun) {
        lengths = pair.lengths
        let adjusting = lengths?.isDifferent == true
        take(pair.figures(adjusting: adjusting))
        let ofA = a.result.run?.labels ?? [], ofB = b.result.run?.labels ?? []
        guard ofA.count > 1 else { return }
        labels = ofA.enumerated().compactMap { index, name in
            guard let other = ofB.firstIndex(of: name) else { return nil }
            let figures = pair.figures(label: (UInt16(index), UInt16(other)), adjusting: adjusting)
            return figures.isEmpty ? nil : ComparisonLabel(name: name, figures: figures)
        }
    }

    /// What the verdict is about, and what there is to look at.
    private mutating func take(_ all: [ComparisonFigure]) {
        figures = all.filter { figure in figure.p.map(ComparedQuantity.percentiles.contains) ?? true }
        shift = all.filter { $0.quantity == .latency && $0.decisive != nil }
    }

    /// Fills in who differs, Holm's procedure over all of `figures` that are tested.
    private mutating func judge(_ path: WritableKeyPath<Comparison, [ComparisonFigure]>) {
        let tested = self[keyPath: path].indices.filter { self[keyPath: path][$0].isTested }
        let estimates = tested.compactMap { self[keyPath: path][$0].decisive }
        let different = Holm.rejected(estimates.map(\.probability))
        let beyond = Holm.rejected(estimates.map { $0.probability(beyond: tolerance) })
        for (place, index) in tested.enumerated() {
            self[keyPath: path][index].isDifferent = different[place]
            self[keyPath: path][index].isBeyondTolerance = beyond[place]
        }
    }

    // MARK: Repeats and values

    /// Of each quantity the interval between pairs of runs; of one pair the values alone.
    private static func repeats(_ pairs: [(ComparedRun, ComparedRun)], isMeasured: Bool, isKnown: Bool) -> [ComparisonFigure] {
        let each = pairs.map { a, b -> [ComparisonFigure] in
            guard isMeasured, let pair = PairOfRuns(a: a, b: b, design: .sequential) else { return ValueFigures.all(a, b) }
            return pair.figures(adjusting: pair.lengths?.isDifferent == true)
        }
        return each[0].compactMap { first in
            let same = each.compactMap { figures in figures.first { $0.quantity == first.quantity && $0.p == first.p } }
            guard same.count == pairs.count else { return nil }
            var figure = ComparisonFigure(quantity: first.quantity, p: first.p)
            figure.a = mean(same.compactMap(\.a))
            figure.b = mean(same.compactMap(\.b))
            figure.lateBlocks = same.reduce(0) { $0 + $1.lateBlocks }
            guard isKnown else {
                figure.untested = .unknownPlan
                return figure
            }
            guard pairs.count > 1 else {
                figure.untested = .noRecords
                return figure
            }
            let measured = same.compactMap { $0.measured?.ratio ?? $0.ratioOfValues }
            figure.measured = BetweenRuns.estimate(ratios: measured)
            let adjusted = same.compactMap(\.atEqualLengths?.ratio)
            if adjusted.count == pairs.count { figure.atEqualLengths = BetweenRuns.estimate(ratios: adjusted) }
            if figure.decisive != nil {
                figure.parts = (figure.atEqualLengths == nil ? measured : adjusted).map { ComparisonPart(ratio: $0) }
            }
            figure.untested = same.lazy.compactMap(\.untested).first { $0.isOfTheRun }
            return figure
        }
    }

    private static func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
}

extension Untested {
    /// Whether it holds for any number of such runs; being too short for blocks does not.
    fileprivate var isOfTheRun: Bool {
        switch self {
        case .schedule, .noFailure, .invalid, .unknownPlan: true
        case .tooShort, .lateBlocks, .noRecords: false
        }
    }
}

extension ComparisonSide.Run {
    init(_ run: ComparedRun) {
        let result = run.result
        let metrics = result.metrics
        self.init(
            name: run.name, scenario: result.scenario, model: result.run.map(\.model), url: result.run?.url,
            started: result.outcome?.started, duration: result.seconds,
            requests: result.run == nil ? metrics.count(.httpRequests) : metrics.count(.finished), successRate: result.successShare,
            verdict: result.certainty?.verdict?.run.level, repeatedFrom: metrics.number(.repeatedFrom),
            cachedShare: metrics.number(.cachedShare))
    }
}

extension RunResult {
    /// Succeeded of finished requests, 0…1; nil without one.
    var successShare: Double? {
        if let rate = metrics.rate(.successRate), rate.total > 0 { return rate.value }
        if let failed = metrics.rate(.failedExchanges), failed.total > 0 { return 1 - failed.value }
        let requests = metrics.count(.httpRequests)
        return requests > 0 ? 1 - min(1, Double(metrics.count(.failed)) / Double(requests)) : nil
    }
}
