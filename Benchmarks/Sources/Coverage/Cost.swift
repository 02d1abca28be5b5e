// Time and memory of the intervals and the windows of one long run.

import Glibc

@testable import Statistics

/// Prints seconds per part for `requests` requests, and the largest resident size of this process.
func cost(requests: Int) {
    var random = Random(seed: 3)
    var scheduled = [Int64](repeating: 0, count: requests), latency = scheduled
    for index in scheduled.indices {
        scheduled[index] = Int64(index) * 100_000
        latency[index] = Int64(2e8 * exp(0.5 * random.normal()))
    }
    let window = 0..<Int64(requests) * 100_000
    print("columns: \(resident()) MiB")
    LatencyColumns.with(scheduled: scheduled, latency: latency, window: window) { columns in
        let intervals = timed("intervals of five percentiles") { LatencyIntervals(columns)! }
        for interval in intervals.intervals { print("  " + intervals.text(interval)) }
        _ = timed("mean log latency by second") { PerSecond.meanLogLatency(columns) }
    }
    let ended = scheduled.indices.map { scheduled[$0] + latency[$0] }
    let inFlight = timed("in flight by second") {
        scheduled.withUnsafeBufferPointer { started in
            ended.withUnsafeBufferPointer { PerSecond.inFlight(started: started, ended: $0, window: window) }
        }
    }
    _ = timed("steady window") { SteadyWindow(meanLogLatency: inFlight, inFlight: inFlight, p99: 1, duration: Double(inFlight.count)) }
    _ = timed("throughput") { () -> Interval in
        var totals = BlockTotals(window: window)
        for instant in ended { totals.add(at: instant) }
        return totals.rate()
    }
    print("with the ends as a third column: \(resident()) MiB")
}

private func timed<Value>(_ name: String, _ body: () -> Value) -> Value {
    let started = ContinuousClock.now
    let value = body()
    let taken = ContinuousClock.now - started
    let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
    print("\(name): \(Figures.text(seconds, decimals: 3)) s")
    return value
}

private func resident() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
}
