// How often two equal servers are called different, and how often a difference of 3 % is found. Both arms of a pair get the same
// arrivals and prompts at the same instants; what differs is the noise of their steps and, with random lengths, how much they
// write. The difference is made by multiplying B's latencies, so that it is 3 % at every percentile and the pair is the same one.

import Glibc

@testable import Statistics

/// A pair of servers under one schedule.
struct PairedServers: Sendable {
    let name, lengths: String
    /// Of a pair's number and its arm, 0 or 1.
    let start: @Sendable (UInt64, UInt64) -> any Server
    /// Whether the comparison at equal lengths is made as well.
    var isAdjusted = false
    /// Whether alarms are promised to be as few as said.
    var isPromised = true
}

private func batching(_ name: String, memory: Int) -> [PairedServers] {
    [false, true].map { isRandom in
        PairedServers(
            name: name, lengths: isRandom ? "random" : "fixed",
            start: { pair, arm in
                let seed = 10_000 + 10 * pair
                return BatchingServer(
                    .init(memory: memory, lengthSeed: seed + (isRandom ? arm : 0), scheduleSeed: seed + 3, noiseSeed: seed + 5 + arm))
            }, isAdjusted: isRandom)
    }
}

let pairedServers =
    batching("batching", memory: 12_000) + batching("batching, memory limit", memory: 10_500) + [
        PairedServers(
            name: "3 % drift of 300 s, both at once", lengths: "–",
            start: { pair, arm in DriftingServer(seed: 7_000 + pair, noise: 90_000 + 2 * pair + arm) }),
        PairedServers(
            name: "3 % drift of 300 s, one after the other", lengths: "–",
            start: { pair, arm in DriftingServer(seed: 7_000 + 2 * pair + arm, noise: 90_000 + 2 * pair + arm) }, isPromised: false),
        PairedServers(
            name: "M/G/4, load 0.85", lengths: "random",
            start: { pair, arm in QueueServer(seed: 40_000 + pair, service: 60_000 + 2 * pair + arm) }, isPromised: false),
    ]

private struct Finding {
    var alarms = [0, 0, 0], compared = [0, 0, 0], family = 0
    var found = 0, foundInFamily = 0
    var detectable = 0.0
}

private let percentiles = [0.5, 0.95, 0.99]
private let shift = 0.03

/// Prints alarms of single percentiles at 5 % and of any after Holm, in how many pairs the shift is found at p95 (alone, and after
/// Holm), and the mean smallest detectable difference there.
func comparisonErrors(pairs: Int, seconds: [Double]) {
    print(
        "| server | lengths | adjusted | seconds | p50 % | p95 % | p99 % | any after Holm % | 3 % found at p95 % | after Holm % | detectable at p95 % |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    var promised: [Double] = []
    for servers in pairedServers {
        for length in seconds {
            var raw = Finding(), adjusted = Finding()
            for pair in 0..<UInt64(pairs) {
                let (a, b) = (arm(servers, pair, 0, length), arm(servers, pair, 1, length))
                count(differences(a, b, adjusted: false), &raw)
                if servers.isAdjusted { count(differences(a, b, adjusted: true), without: meanLengths(a, b), &adjusted) }
            }
            for (finding, isAdjusted) in servers.isAdjusted ? [(raw, false), (adjusted, true)] : [(raw, false)] {
                report(finding, pairs, servers, length, isAdjusted)
                guard servers.isPromised else { continue }
                promised += percentiles.indices.filter { finding.compared[$0] > 0 }
                    .map { Double(finding.alarms[$0]) / Double(finding.compared[$0]) }
            }
        }
    }
    let mean = promised.reduce(0, +) / Double(promised.count)
    print(
        "\nFalse alarms of a percentile alone, without the last two servers: mean \(Figures.percent(mean)) %, worst of \(promised.count) cells "
            + "\(Figures.percent(promised.max() ?? 0)) %; \(pairs) pairs a cell")
}

private typealias Arm = (scheduled: [Int64], latency: [Int64], tokens: [Double], window: Range<Int64>)

private func arm(_ servers: PairedServers, _ pair: UInt64, _ number: UInt64, _ seconds: Double) -> Arm {
    var runs = Runs(servers.start(pair, number), warmUp: 30)
    return runs.next(seconds: seconds)
}

/// Of each percentile, the differences of its blocks; `nil` when the run is too short for it.
private func differences(_ a: Arm, _ b: Arm, adjusted: Bool) -> [[Double]?] {
    let p99 = [a, b].map { Quantile.linear(0.99, ofSorted: $0.latency.map { Double($0) / 1e9 }.sorted())! }.max()!
    let seconds = Double(a.window.upperBound - a.window.lowerBound) / 1e9
    return percentiles.map { p in
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

/// Of each percentile, ln(B/A) of the mean lengths of its blocks.
private func meanLengths(_ a: Arm, _ b: Arm) -> [[Double]] {
    func mean(_ tokens: [Double]) -> Double { tokens.reduce(0, +) / Double(tokens.count) }
    return differences(a, b, adjusted: false).map { differences in
        guard let blocks = differences?.count else { return [] }
        return zip(parts(a, blocks), parts(b, blocks)).map { log(mean($1.tokens) / mean($0.tokens)) }
    }
}

private func count(_ differences: [[Double]?], without lengths: [[Double]]? = nil, _ finding: inout Finding) {
    var probabilities: [Double] = [], shifted: [Double] = []
    var tail: Int?
    for (index, differences) in differences.enumerated() {
        func ratio(_ differences: [Double]) -> RatioEstimate? {
            lengths.map { RatioEstimate(differences, without: $0[index]) } ?? RatioEstimate(differences)
        }
        // Multiplying latencies adds to the differences of their logarithms.
        guard let differences, let equal = ratio(differences), let slower = ratio(differences.map { $0 + log1p(shift) })
        else { continue }
        finding.compared[index] += 1
        finding.alarms[index] += equal.probability <= 0.05 ? 1 : 0
        if percentiles[index] == 0.95 {
            finding.detectable += equal.detectable
            finding.found += slower.probability <= 0.05 && slower.mean > 0 ? 1 : 0
            tail = probabilities.count
        }
        probabilities.append(equal.probability)
        shifted.append(slower.probability)
    }
    finding.family += Holm.rejected(probabilities).contains(true) ? 1 : 0
    if let tail { finding.foundInFamily += Holm.rejected(shifted)[tail] ? 1 : 0 }
}

private func report(_ finding: Finding, _ pairs: Int, _ servers: PairedServers, _ seconds: Double, _ isAdjusted: Bool) {
    func share(_ count: Int, of all: Int) -> String { all == 0 ? "–" : Figures.text(100 * Double(count) / Double(all), decimals: 1) }
    let alarms = percentiles.indices.map { share(finding.alarms[$0], of: finding.compared[$0]) }
    let compared = finding.compared[1]
    let cells =
        [servers.name, servers.lengths, isAdjusted ? "yes" : "no", String(Int(seconds))] + alarms + [
            share(finding.family, of: pairs), share(finding.found, of: compared), share(finding.foundInFamily, of: compared),
            compared == 0 ? "–" : Figures.percent(finding.detectable / Double(compared)),
        ]
    print("| " + cells.joined(separator: " | ") + " |")
}
