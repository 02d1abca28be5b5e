// The figures of one pair of runs from their requests: which window both share, which blocks it is cut into, and the estimate of
// each quantity over them.

import Glibc
import Statistics

struct PairOfRuns {
    private let a, b: ComparedRequests
    private let runs: (a: ComparedRun, b: ComparedRun)
    private let design: Comparison.Design
    /// What both arms share; of arms that take turns, from the first to the last.
    private let window: Range<Int64>
    private let hasSchedule: Bool
    /// The slower arm's, seconds.
    private var p99Seconds = 0.0
    /// Median latencies, nanoseconds.
    private var medians = (a: 0.0, b: 0.0)

    /// Nil without records of both, or a moment that both measured.
    init?(a: ComparedRun, b: ComparedRun, design: Comparison.Design) {
        guard let ofA = a.requests, let ofB = b.requests else { return nil }
        let weight = max(ofA.weight, ofB.weight)
        self.a = ofA.thinned(to: weight)
        self.b = ofB.thinned(to: weight)
        runs = (a, b)
        self.design = design
        if case .alternating(let a, let b) = design {
            let turns = a + b
            guard let first = turns.map(\.lowerBound).min(), let last = turns.map(\.upperBound).max(), a.count == b.count else {
                return nil
            }
            window = first..<last
        } else {
            guard let ofA = a.window, let ofB = b.window, ofA.overlaps(ofB) else { return nil }
            window = ofA.clamped(to: ofB)
        }
        hasSchedule = a.hasSchedule && b.hasSchedule
        let latencies = (a: sorted(.latency, .a, nil), b: sorted(.latency, .b, nil))
        func quantile(_ p: Double, _ values: [Double]) -> Double { Quantile.linear(p, ofSorted: values) ?? 0 }
        p99Seconds = max(quantile(0.99, latencies.a), quantile(0.99, latencies.b)) / 1e3
        medians = (quantile(0.5, latencies.a) * 1e6, quantile(0.5, latencies.b) * 1e6)
    }

    // MARK: Blocks

    private func requests(_ arm: BlockCut.Arm) -> ComparedRequests { arm == .a ? a : b }

    private func cut(blocks: Int) -> BlockCut {
        if case .alternating(let a, let b) = design { return BlockCut(a: a, b: b, blocks: min(blocks, a.count)) }
        return BlockCut(window, blocks: blocks)
    }

    /// Measured seconds of an arm.
    private var seconds: Double {
        let all = cut(blocks: 1)
        return min(all.seconds(of: 0, .a), all.seconds(of: 0, .b))
    }

    private func plan(p: Double, requests: Int) -> (cut: BlockCut?, moreSeconds: Double) {
        let seconds = seconds
        let more = BlockPlan.moreSeconds(p: p, requests: requests, seconds: seconds, p99Seconds: p99Seconds)
        guard let blocks = BlockPlan.blocks(p: p, requests: requests, seconds: seconds, p99Seconds: p99Seconds) else { return (nil, more) }
        let cut = cut(blocks: blocks)
        return cut.count < BlockPlan.fewest ? (nil, .infinity) : (cut, 0)
    }

    /// By block, the larger of both arms: mean lateness over the median latency. Without a schedule nothing is late.
    private func lateness(_ cut: BlockCut) -> [Double] {
        guard hasSchedule else { return [Double](repeating: 0, count: cut.count) }
        var worst = [Double](repeating: 0, count: cut.count)
        for arm in [BlockCut.Arm.a, .b] {
            let median = max(arm == .a ? medians.a : medians.b, Lateness.shortestLatency)
            var sums = [Double](repeating: 0, count: cut.count), counts = sums
            requests(arm).forEach { request in
                guard let block = cut.block(of: request.scheduled, arm) else { return }
                sums[block] += Double(request.lag) * 1e3
                counts[block] += 1
            }
            for block in worst.indices where counts[block] > 0 { worst[block] = max(worst[block], sums[block] / counts[block] / median) }
        }
        return worst
    }

    /// The estimate over the blocks that may be kept.
    ///
    /// - Parameters:
    ///   - late: the cut's ``lateness(_:)``.
    ///   - chances: by block, what differs by chance and is taken out; nil for nothing.
    private func estimate(
        _ late: [Double], _ differences: [Double?], without chances: [Double?]? = nil
    ) -> (estimate: RatioEstimate?, untested: Untested?, late: Int) {
        let known = differences.indices.filter { differences[$0] != nil && (chances == nil || chances?[$0] != nil) }
        let kept = known.filter { BlockGate.keeps(late[$0]) }
        guard kept.count >= BlockPlan.fewest else {
            let untested: Untested =
                known.count >= BlockPlan.fewest
                ? .lateBlocks(late: known.count - kept.count, of: known.count) : .tooShort(moreSeconds: .infinity)
            return (nil, untested, known.count - kept.count)
        }
        let values = kept.compactMap { differences[$0] }
        let estimate = chances.map { chances in RatioEstimate(values, without: kept.compactMap { chances[$0] }) } ?? RatioEstimate(values)
        return (estimate, nil, known.count - kept.count)
    }

    private func parts(_ cut: BlockCut, _ late: [Double], _ differences: [Double?]) -> [ComparisonPart] {
        differences.indices.compactMap { block in
            guard let difference = differences[block] else { return nil }
            let span = cut.span(of: block)
            return ComparisonPart(
                from: Double(span.lowerBound) / 1e9, to: Double(span.upperBound) / 1e9, ratio: exp(difference),
                isLate: !BlockGate.keeps(late[block]))
        }
    }

    // MARK: Quantities

    /// The latency of all requests at ``ComparedQuantity/shiftPercentiles``, all else at those that are compared.
    ///
    /// - Parameters:
    ///   - label: its index in either arm; nil for all requests.
    ///   - adjusting: whether latencies are weighted to the same lengths of answers as well.
    func figures(label: (a: UInt16, b: UInt16)? = nil, adjusting: Bool) -> [ComparisonFigure] {
        ComparedQuantity.timed.flatMap { timed($0, label: label, adjusting: adjusting && $0 == .latency) }
            + (label == nil ? ComparedQuantity.counted.compactMap(counted) : [])
    }

    private typealias Block = (values: [Double], tokens: [Double])

    /// What percentiles with the same blocks have in common.
    private struct CutValues {
        let a, b: [Block]
        let late: [Double]
        /// ln(B/A) at equal lengths by block and percentile, and of the lengths by block; empty where nobody asked.
        var adjusted: [[Double?]] = []
        var lengths: [Double?] = []
    }

    private func values(
        _ quantity: ComparedQuantity, _ label: (a: UInt16, b: UInt16)?, _ cut: BlockCut, adjusting percentiles: [Double]
    ) -> CutValues {
        var found = CutValues(
            a: byBlock(quantity, .a, label?.a, cut), b: byBlock(quantity, .b, label?.b, cut), late: lateness(cut))
        guard !percentiles.isEmpty else { return found }
        found.lengths = meanLengths(cut)
        found.adjusted = zip(found.a, found.b).map { a, b in
            LengthAdjustment.differences(
                a: .init(latencies: a.values, tokens: a.tokens), b: .init(latencies: b.values, tokens: b.tokens), ps: percentiles)
        }
        return found
    }

    private func timed(_ quantity: ComparedQuantity, label: (a: UInt16, b: UInt16)?, adjusting: Bool) -> [ComparisonFigure] {
        let ofA = sorted(quantity, .a, label?.a), ofB = sorted(quantity, .b, label?.b)
        guard !ofA.isEmpty || !ofB.isEmpty else { return [] }
        let percentiles = quantity == .latency && label == nil ? ComparedQuantity.shiftPercentiles : ComparedQuantity.percentiles
        var cache: [Int: CutValues] = [:]
        return percentiles.enumerated().map { place, p in
            var figure = ComparisonFigure(
                quantity: quantity, p: p, a: Quantile.linear(p, ofSorted: ofA), b: Quantile.linear(p, ofSorted: ofB))
            let (cut, more) = plan(p: p, requests: min(ofA.count, ofB.count))
            guard let cut else {
                figure.untested = .tooShort(moreSeconds: more)
                return figure
            }
            let blocks = cache[cut.count] ?? values(quantity, label, cut, adjusting: adjusting ? percentiles : [])
            cache[cut.count] = blocks
            let differences = zip(blocks.a, blocks.b).map { BlockDifferences.difference(ofSorted: $0.values, $1.values, p: p) }
            (figure.measured, figure.untested, figure.lateBlocks) = estimate(blocks.late, differences)
            let adjusted = blocks.adjusted.map { $0[place] }
            if adjusting, figure.measured != nil {
                figure.atEqualLengths = estimate(blocks.late, adjusted, without: blocks.lengths).estimate
            }
            if label == nil, figure.decisive != nil {
                figure.parts = parts(cut, blocks.late, figure.atEqualLengths == nil ? differences : adjusted)
            }
            if figure.untested == nil, let arm = invalidArm(p) { figure.untested = .invalid(arm: arm) }
            return figure
        }
    }

    private func invalidArm(_ p: Double) -> String? {
        for (arm, run) in [("A", runs.a), ("B", runs.b)] {
            let verdict = run.result.certainty?.verdict?.percentiles.first { $0.p == p }?.verdict
            if verdict?.level == .invalid { return arm }
        }
        return nil
    }

    /// All values of the measured time.
    private func sorted(_ quantity: ComparedQuantity, _ arm: BlockCut.Arm, _ label: UInt16?) -> [Double] {
        byBlock(quantity, arm, label, cut(blocks: 1))[0].values
    }

    /// Values ascending, with the tokens of the same requests.
    private func byBlock(_ quantity: ComparedQuantity, _ arm: BlockCut.Arm, _ label: UInt16?, _ cut: BlockCut) -> [Block] {
        var blocks = [[(Double, Double)]](repeating: [], count: cut.count)
        requests(arm).forEach { request in
            guard label == nil || request.label == label, let value = quantity.value(request),
                let block = cut.block(of: request.scheduled, arm)
            else { return }
            blocks[block].append((value, Double(request.completionTokens)))
        }
        return blocks.map { block in
            let sorted = block.sorted { $0.0 < $1.0 }
            return (sorted.map(\.0), sorted.map(\.1))
        }
    }

    /// Nil where neither arm has any of it.
    private func counted(_ quantity: ComparedQuantity) -> ComparisonFigure? {
        var figure = ComparisonFigure(quantity: quantity)
        let all = cut(blocks: 1)
        let totals = (a: amounts(quantity, .a, all), b: amounts(quantity, .b, all))
        (figure.a, figure.b) = (totals.a[0].value, totals.b[0].value)
        guard let ofA = figure.a, let ofB = figure.b, ofA > 0 || ofB > 0 else { return nil }
        if quantity == .successRate, ofA == 1, ofB == 1 {
            figure.untested = .noFailure
            return figure
        }
        let (cut, more) = plan(p: 0, requests: min(totals.a[0].requests, totals.b[0].requests))
        guard let cut else {
            figure.untested = .tooShort(moreSeconds: more)
            return figure
        }
        let differences = zip(amounts(quantity, .a, cut), amounts(quantity, .b, cut)).map { a, b -> Double? in
            guard let a = a.value, let b = b.value, a > 0, b > 0 else { return nil }
            return log(b / a)
        }
        let late = lateness(cut)
        (figure.measured, figure.untested, figure.lateBlocks) = estimate(late, differences)
        if figure.measured != nil { figure.parts = parts(cut, late, differences) }
        if figure.untested == nil, hasSchedule, quantity != .successRate { figure.untested = .schedule }
        return figure
    }

    /// Per second of the block, or the share of its requests.
    private func amounts(_ quantity: ComparedQuantity, _ arm: BlockCut.Arm, _ cut: BlockCut) -> [(value: Double?, requests: Int)] {
        var sums = [Double](repeating: 0, count: cut.count), ended = sums
        requests(arm).forEach { request in
            guard request.outcome != .interrupted else { return }
            let isGood = request.outcome == .succeeded
            // A share is of what was due, a rate of what came.
            guard let block = cut.block(of: quantity == .successRate ? request.scheduled : request.ended, arm) else { return }
            ended[block] += 1
            guard isGood else { return }
            sums[block] += quantity == .outputTokensPerSecond ? Double(max(0, request.completionTokens)) : 1
        }
        let weight = Double(a.weight)
        return sums.indices.map { block in
            let requests = Int(ended[block])
            if quantity == .successRate { return (requests > 0 ? sums[block] / ended[block] : nil, requests) }
            return (sums[block] * weight / cut.seconds(of: block, arm), requests)
        }
    }

    // MARK: Lengths

    /// How long answers were; nil where an arm's did not say.
    var lengths: LengthDifference? {
        let all = cut(blocks: 1)
        guard let a = meanTokens(.a, all)[0], let b = meanTokens(.b, all)[0] else { return nil }
        let count = min(self.a.count, self.b.count)
        let ratio = plan(p: 0, requests: count).cut.flatMap { estimate(lateness($0), meanLengths($0)).estimate }
        return LengthDifference(a: a, b: b, ratio: ratio, isDifferent: shareOfOtherLengths > Self.sameLengths)
    }

    /// Of the requests of the same number, how many had answers of another length. Beyond this the lengths are random.
    private static let sameLengths = 0.001

    private var shareOfOtherLengths: Double {
        var lengths: [UInt32: Int32] = [:]
        lengths.reserveCapacity(a.count)
        a.forEach { if $0.completionTokens >= 0 { lengths[$0.iteration] = $0.completionTokens } }
        var (both, other) = (0, 0)
        b.forEach { request in
            guard request.completionTokens >= 0, let length = lengths[request.iteration] else { return }
            both += 1
            if length != request.completionTokens { other += 1 }
        }
        return both == 0 ? 1 : Double(other) / Double(both)
    }

    /// ln(B/A) of the mean length of answers, by block.
    private func meanLengths(_ cut: BlockCut) -> [Double?] {
        zip(meanTokens(.a, cut), meanTokens(.b, cut)).map { a, b in
            guard let a, let b, a > 0, b > 0 else { return nil }
            return log(b / a)
        }
    }

    private func meanTokens(_ arm: BlockCut.Arm, _ cut: BlockCut) -> [Double?] {
        var sums = [Double](repeating: 0, count: cut.count), counts = sums
        requests(arm).forEach { request in
            guard request.completionTokens >= 0, let block = cut.block(of: request.scheduled, arm) else { return }
            sums[block] += Double(request.completionTokens)
            counts[block] += 1
        }
        return zip(sums, counts).map { $1 > 0 ? $0 / $1 : nil }
    }
}
