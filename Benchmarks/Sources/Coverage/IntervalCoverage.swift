// How often intervals of single runs hold the truth, which is the same percentile of one run some hundred times as long (or
// known by formula), and how often they do given that a rule lets them be printed.

import Glibc

@testable import Statistics

struct Stream: Sendable {
    let name: String
    let start: @Sendable (UInt64) -> any Server
    /// The true latency of a percentile by formula; `nil` when only a long run tells.
    let exact: (@Sendable (Double) -> Double)?
    /// Whether a single run can know what it is asked: a drift slower than the run it cannot.
    var isStationary = true
}

/// Lognormal with that spread and median 1.
private func lognormal(_ spread: Double) -> @Sendable (Double) -> Double {
    { p in exp((p >= 0.5 ? 1 : -1) * spread * Normal.quantile(upperTail: min(p, 1 - p))) }
}

let streams = [
    Stream(name: "AR(1), ρ 0.97", start: { CorrelatedServer(seed: $0) }, exact: lognormal(0.5)),
    Stream(name: "M/G/4, load 0.85", start: { QueueServer(seed: $0) }, exact: nil),
    Stream(
        name: "batching, memory limit",
        // Busy 90 % of the time; requests are thrown back.
        start: { BatchingServer(.init(memory: 10_500, lengthSeed: $0 + 1, scheduleSeed: $0 + 2, noiseSeed: $0 + 3)) }, exact: nil),
    Stream(
        name: "3 % drift of 300 s", start: { DriftingServer(seed: $0) },
        exact: lognormal((0.25 * 0.25 + 0.03 * 0.03).squareRoot()), isStationary: false),
]

/// Takes whole runs off a stream, one after the other.
struct Runs {
    var server: any Server
    private var pending: Request?
    private var from = 0.0

    init(_ server: any Server, warmUp: Double) {
        self.server = server
        _ = next(seconds: warmUp)
    }

    mutating func next(seconds: Double) -> (scheduled: [Int64], latency: [Int64], tokens: [Double], window: Range<Int64>) {
        let to = from + seconds
        var scheduled: [Int64] = [], latency: [Int64] = [], tokens: [Double] = []
        while true {
            let request = pending ?? server.next()
            pending = nil
            guard request.scheduled < to else {
                pending = request
                break
            }
            scheduled.append(Int64(request.scheduled * 1e9))
            latency.append(Int64(request.latency * 1e9))
            tokens.append(request.tokens)
        }
        defer { from = to }
        return (scheduled, latency, tokens, Int64(from * 1e9)..<Int64(to * 1e9))
    }
}

private struct Tally {
    var printed = 0, covered = 0

    mutating func add(_ isCovered: Bool) {
        printed += 1
        covered += isCovered ? 1 : 0
    }

    mutating func add(_ other: Tally) {
        printed += other.printed
        covered += other.covered
    }

    var percent: String { printed == 0 ? "–" : Figures.text(100 * Double(covered) / Double(printed), decimals: 1) }
}

private let names = ["all", "values beyond", "values beyond, T > 20·p99", "tail events", "values beyond, memory shared"]

/// Prints coverage by server, length and percentile: of all, and of those each rule lets through.
func intervalCoverage(runs: Int, seconds: [Double], truthRequests: Int) {
    print("| server | seconds | percentile |" + names.map { " \($0): printed % | covers % |" }.joined())
    print("| --- | --- | --- |" + names.map { _ in " --- | --- |" }.joined())
    var totals = [[Tally]](repeating: [Tally](repeating: Tally(), count: names.count), count: 2)
    var byEvents = [Tally](repeating: Tally(), count: 3)
    for (number, stream) in streams.enumerated() {
        let percentiles = LatencyIntervals.percentiles
        let truth = stream.exact.map { exact in percentiles.map { exact($0) * 1e9 } } ?? longRun(stream, requests: truthRequests)
        for length in seconds {
            var source = Runs(stream.start(UInt64(1000 * number) + UInt64(length)), warmUp: 300)
            var tallies = percentiles.map { _ in [Tally](repeating: Tally(), count: names.count) }
            for _ in 0..<runs {
                let run = source.next(seconds: length)
                let measured = LatencyColumns.with(scheduled: run.scheduled, latency: run.latency, window: run.window) {
                    LatencyIntervals($0, memory: .own)
                }!
                let shared = LatencyColumns.with(scheduled: run.scheduled, latency: run.latency, window: run.window) {
                    LatencyIntervals($0, memory: .shared)
                }!
                for (index, interval) in measured.intervals.enumerated() {
                    let covers = holds(interval, truth[index])
                    let isPrinted = [PrintingRule.valuesBeyond, .tailEvents].map { rule in
                        if case .printed = measured.decide(interval, rule: rule) { true } else { false }
                    }
                    tallies[index][0].add(covers)
                    if isPrinted[0] { tallies[index][1].add(covers) }
                    if isPrinted[0], measured.seconds > 20 * measured.p99Seconds { tallies[index][2].add(covers) }
                    if isPrinted[1] { tallies[index][3].add(covers) }
                    if isPrinted[0] { tallies[index][4].add(holds(shared.intervals[index], truth[index])) }
                    let events = measured.tailEvents(of: interval)
                    if isPrinted[0], stream.isStationary { byEvents[events < 5 ? 0 : events < 20 ? 1 : 2].add(covers) }
                }
            }
            for (index, p) in percentiles.enumerated() {
                let cells = tallies[index].map { tally in
                    " \(Figures.text(100 * Double(tally.printed) / Double(runs), decimals: 0)) | \(tally.percent) |"
                }
                print("| \(stream.name) | \(Int(length)) | \(Figures.percentile(p)) |" + cells.joined())
                for rule in names.indices { totals[stream.isStationary ? 0 : 1][rule].add(tallies[index][rule]) }
            }
        }
    }
    for (kind, totals) in zip(["stationary servers", "drift"], totals) {
        print("\nCoverage of all that is printed, \(kind):")
        for (name, total) in zip(names, totals) { print("  \(name): \(total.percent) % of \(total.printed)") }
    }
    print("\nStationary servers, printed by values beyond, by independent events:")
    for (name, tally) in zip(["< 5", "5–20", "≥ 20"], byEvents) { print("  \(name): \(tally.percent) % of \(tally.printed)") }
}

private func holds(_ interval: PercentileInterval, _ truth: Double) -> Bool {
    interval.low.map { Double($0) <= truth } != false && interval.high.map { Double($0) >= truth } != false
}

private func longRun(_ stream: Stream, requests: Int) -> [Double] {
    var source = Runs(stream.start(77_777), warmUp: 300)
    let run = source.next(seconds: Double(requests) / requestsPerSecond)
    return LatencyColumns.with(scheduled: run.scheduled, latency: run.latency, window: run.window) { LatencyIntervals($0) }!
        .intervals.map(\.value)
}
