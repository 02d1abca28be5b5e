// Time and memory of everything that is said at the end of one long run: windows, intervals, and what the verdict needs.

import Glibc

@testable import Statistics

/// Prints for each part, of `requests` requests, the seconds by the clock and of a core, and the largest resident size of this process.
func cost(requests: Int) {
    var random = Random(seed: 3)
    let whole = 0..<Int64(requests) * 100_000
    var observations = Observations()
    _ = timed("keeping the requests, random numbers included") {
        for index in 0..<requests {
            let due = Int64(index) * 100_000
            let started = due + Int64(random.uniform() * 200_000)
            let latency = Int64(2e8 * exp(0.5 * random.normal()))
            observations.append(Observation(scheduled: due, started: started, ended: started + latency, tokens: 512))
        }
    }
    print("kept \(observations.count) of \(requests): \(resident()) MiB")
    let (clock, core) = (ContinuousClock.now, coreSeconds())
    let all = LatencyColumns(observations, window: whole)
    let full = timed("full run: intervals of five percentiles") { LatencyIntervals(all)! }
    let logs = timed("mean log latency by second") { PerSecond.meanLogLatency(all) }
    let inFlight = timed("in flight by second") { PerSecond.inFlight(observations, window: whole) }
    let steady = timed("steady window") {
        SteadyWindow(meanLogLatency: logs, inFlight: inFlight, p99: full.p99Seconds, duration: Double(whole.upperBound) / 1e9)
    }
    let window = Int64(steady.from * 1e9)..<Int64(steady.to * 1e9)
    let columns = LatencyColumns(observations, window: window)
    let intervals = timed("steady window: intervals of five percentiles") { LatencyIntervals(columns)! }
    for (name, window) in [("full run", whole), ("steady window", window)] {
        _ = timed("\(name): requests/s, tokens/s, success rate") { () -> Interval? in
            let totals = WindowTotals(observations, window: window)
            _ = (totals.succeeded.rate(), totals.tokens.rate())
            return totals.good.share(of: totals.due)
        }
    }
    _ = timed("percentiles from the schedule and from the start") { () -> [Double] in
        LatencyColumns(observations, from: .scheduled, window: window).quantiles(LatencyIntervals.percentiles)
            + columns.quantiles(LatencyIntervals.percentiles)
    }
    _ = timed("mean lateness and backlog") { () -> Int in
        _ = Lateness.meanRelative(observations, window: window, medianLatency: 2e8)
        return Lateness.backlog(observations, from: 1_000_000_000, until: window.upperBound)
    }
    print("all of it: \(taken(since: clock, core)), \(resident()) MiB")
    for figure in intervals.figures() { print("  " + figure.text) }
}

private func timed<Value>(_ name: String, _ body: () -> Value) -> Value {
    let (started, core) = (ContinuousClock.now, coreSeconds())
    let value = body()
    print("\(name): \(taken(since: started, core))")
    return value
}

/// On a shared machine the clock tells what others did, too.
private func taken(since started: ContinuousClock.Instant, _ core: Double) -> String {
    let clock = (ContinuousClock.now - started).components
    let seconds = Double(clock.seconds) + Double(clock.attoseconds) / 1e18
    return "\(Figures.text(seconds, decimals: 3)) s, \(Figures.text(coreSeconds() - core, decimals: 3)) s of a core"
}

private func coreSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func resident() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
}
