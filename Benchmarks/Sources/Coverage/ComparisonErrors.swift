// How often two equal servers are called different, and how often a difference is found. Both arms of a pair get the same
// arrivals and prompts at the same instants; what differs is the noise of their steps and, with random lengths, how much
// they write.

import Glibc

@testable import Statistics

private struct Finding {
    var alarms = [0, 0, 0], compared = [0, 0, 0], family = 0
    var detectable = [0.0, 0, 0]
}

private let percentiles = [0.5, 0.95, 0.99]

/// Prints alarms of single percentiles at 95 %, of any after Holm, and the mean smallest detectable difference.
func comparisonErrors(pairs: Int, seconds: Double) {
    print("| lengths | adjusted | B slower by | p50 % | p95 % | p99 % | any after Holm % | detectable at p95 % |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for hasRandomLengths in [false, true] {
        for slowness in [1, 1.03] {
            var raw = Finding(), adjusted = Finding()
            for pair in 0..<pairs {
                let (a, b) = arms(UInt64(pair), hasRandomLengths, slowness, seconds)
                count(differences(a, b, adjusted: false), &raw)
                if hasRandomLengths { count(differences(a, b, adjusted: true), &adjusted) }
            }
            report(raw, pairs, hasRandomLengths, slowness, isAdjusted: false)
            if hasRandomLengths { report(adjusted, pairs, hasRandomLengths, slowness, isAdjusted: true) }
        }
    }
}

private typealias Arm = (scheduled: [Int64], latency: [Int64], tokens: [Double], window: Range<Int64>)

private func arms(_ pair: UInt64, _ hasRandomLengths: Bool, _ slowness: Double, _ seconds: Double) -> (Arm, Arm) {
    let seed = 10_000 + 10 * pair
    func arm(_ number: UInt64) -> Arm {
        var settings = BatchingServer.Settings(
            lengthSeed: seed + (hasRandomLengths ? number : 0), scheduleSeed: seed + 3, noiseSeed: seed + 5 + number)
        settings.slowness = number == 0 ? 1 : slowness
        var runs = Runs(BatchingServer(settings), warmUp: 30)
        return runs.next(seconds: seconds)
    }
    return (arm(0), arm(1))
}

/// Of each percentile, the differences of its blocks; `nil` when the run is too short for it.
private func differences(_ a: Arm, _ b: Arm, adjusted: Bool) -> [[Double]?] {
    percentiles.map { p in
        let p99 = [a, b].map { Quantile.linear(0.99, ofSorted: $0.latency.map { Double($0) / 1e9 }.sorted())! }.max()!
        let seconds = Double(a.window.upperBound - a.window.lowerBound) / 1e9
        guard
            let blocks = BlockPlan.blocks(
                p: p, requests: min(a.latency.count, b.latency.count), seconds: seconds, p99Seconds: p99)
        else { return nil }
        if adjusted {
            return zip(parts(a, blocks), parts(b, blocks)).compactMap { LengthAdjustment.difference(a: $0, b: $1, p: p) }
        }
        return LatencyColumns.with(scheduled: a.scheduled, latency: a.latency, window: a.window) { a in
            LatencyColumns.with(scheduled: b.scheduled, latency: b.latency, window: b.window) { b in
                BlockDifferences.differences(a: a, b: b, p: p, blocks: blocks).compactMap(\.self)
            }
        }
    }
}

private func parts(_ arm: Arm, _ blocks: Int) -> [LengthAdjustment.Arm] {
    var latencies = [[Double]](repeating: [], count: blocks), tokens = latencies
    for index in arm.scheduled.indices {
        let block = Int((arm.scheduled[index] - arm.window.lowerBound) * Int64(blocks) / Int64(arm.window.count))
        latencies[block].append(Double(arm.latency[index]))
        tokens[block].append(arm.tokens[index])
    }
    return zip(latencies, tokens).map { LengthAdjustment.Arm(latencies: $0, tokens: $1) }
}

private func count(_ differences: [[Double]?], _ finding: inout Finding) {
    var probabilities: [Double] = []
    for (index, differences) in differences.enumerated() {
        guard let estimate = differences.flatMap({ RatioEstimate($0) }) else { continue }
        finding.compared[index] += 1
        finding.alarms[index] += estimate.probability <= 0.05 ? 1 : 0
        finding.detectable[index] += estimate.detectable
        probabilities.append(estimate.probability)
    }
    finding.family += Holm.rejected(probabilities).contains(true) ? 1 : 0
}

private func report(_ finding: Finding, _ pairs: Int, _ hasRandomLengths: Bool, _ slowness: Double, isAdjusted: Bool) {
    func share(_ count: Int, of all: Int) -> String { all == 0 ? "–" : Figures.text(100 * Double(count) / Double(all), decimals: 1) }
    let alarms = percentiles.indices.map { share(finding.alarms[$0], of: finding.compared[$0]) }.joined(separator: " | ")
    let detectable = finding.compared[1] == 0 ? "–" : Figures.percent(finding.detectable[1] / Double(finding.compared[1]))
    print(
        "| \(hasRandomLengths ? "random" : "fixed") | \(isAdjusted ? "yes" : "no") | \(Figures.percent(slowness - 1)) | \(alarms) | "
            + "\(share(finding.family, of: pairs)) | \(detectable) |")
}
