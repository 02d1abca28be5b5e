// Searches for the capacity of servers whose capacity is known: how often more is claimed than there is, how much is left unclaimed,
// and how long it takes. Without the guard and without a generator that can be late.

import Glibc

@testable import Statistics

/// Places that each serve one request at a time, first in, first out, under Poisson arrivals: M/G/k, as `Benchmarks/trials/capacity.py`
/// has it of real processes.
struct PlacesQueue: Sendable {
    let places: Int
    /// 1 for answers of 170 ms in the mean.
    let slowness: Double
    /// Of p95, seconds.
    let limit: Double

    /// All arrivals of a run that begins with an empty server.
    func run(rate: Double, seconds: Double, seed: UInt64) -> (scheduled: [Double], latency: [Double]) {
        var random = Random(seed: seed)
        var freeAt = [Double](repeating: 0, count: places)
        var scheduled: [Double] = [], latency: [Double] = []
        var now = random.exponential(mean: 1 / rate)
        while now < seconds {
            let service = slowness * (0.1 * exp(0.3 * random.normal()) + 0.064 * exp(0.2 * random.normal()))
            var place = 0
            for other in 1..<places where freeAt[other] < freeAt[place] { place = other }
            freeAt[place] = max(now, freeAt[place]) + service
            scheduled.append(now)
            latency.append(freeAt[place] - now)
            now += random.exponential(mean: 1 / rate)
        }
        return (scheduled, latency)
    }

    /// The highest rate whose p95 is below the limit, by runs of a million requests under the same numbers.
    var capacity: Double {
        let most = Double(places) / (slowness * 0.17)
        var (low, high) = (0.1 * most, 1.02 * most)
        for _ in 0..<13 {
            let rate = (low + high) / 2
            let found = run(rate: rate, seconds: 1_000_000 / rate, seed: 1).latency.dropFirst(5_000).sorted()
            (low, high) = found[Int(0.95 * Double(found.count))] < limit ? (rate, high) : (low, rate)
        }
        return low
    }
}

private struct Trial {
    let queue: PlacesQueue
    var search: CapacitySearch
    var seed: UInt64
    var probes: UInt64 = 0
    var met: Double?

    init(_ queue: PlacesQueue, number: UInt64) {
        self.queue = queue
        seed = number &* 7_919 &+ UInt64(queue.places)
        // Other starts, so that not all halve the same brackets.
        var rules = CapacitySearch.Rules(start: Double(queue.places) / queue.slowness * (0.6 + Double(number % 7) * 0.09))
        (rules.overheadSeconds, rules.budget, rules.neededRequests) = (30, 7_200, 601)
        search = CapacitySearch(rules)
    }

    mutating func play() -> CapacitySearch.Outcome {
        while true {
            switch search.next {
            case .finished(let outcome): return outcome
            case .probe(let load, let seconds): take(load, seconds, looks: [])
            case .confirm(let load, let looks): take(load, looks.last?.seconds ?? 0, looks: looks)
            }
        }
    }

    private mutating func take(_ load: Double, _ seconds: Double, looks: [CapacitySearch.Look]) {
        probes += 1
        let warmUp = 25 * search.probeStretch
        let run = Window(queue.run(rate: load, seconds: warmUp + seconds, seed: seed &* 1_000 &+ probes), warmUp: warmUp)
        // What is due at the very end is answered while the load is falling.
        let end = seconds - min(run.quantile(0.99, seconds: seconds), seconds / 4)
        var (isMet, spent, strain) = (false, seconds, CapacityStrain?.none)
        if looks.isEmpty {
            let value = run.quantile(0.95, seconds: end)
            isMet = value < queue.limit
            strain = CapacityStrain(value: log(value / queue.limit), seconds: end)
            if isMet { met = max(met ?? 0, load) }
        }
        for (index, look) in looks.enumerated() {
            let isLast = index == looks.count - 1
            let found = run.judged(seconds: isLast ? end : look.seconds, limit: queue.limit, tail: look.tail)
            (isMet, spent, strain) = (found.isMet, look.seconds, found.strain)
            if isMet || !found.strain.isHopeful(Array(looks.dropFirst(index + 1))) { break }
        }
        search.learn(requestsPerSecond: load, medianSeconds: isMet ? run.quantile(0.5, seconds: spent) : nil, at: load)
        search.report(isMet ? .met : .missed, strain: strain, spent: spent + warmUp + 5)
    }
}

/// What is looked at of a run.
private struct Window {
    var observations = Observations()
    let from: Int64

    init(_ run: (scheduled: [Double], latency: [Double]), warmUp: Double) {
        for (at, taken) in zip(run.scheduled, run.latency) {
            let due = Int64(at * 1e9)
            observations.append(Observation(scheduled: due, started: due, ended: due + Int64(taken * 1e9)))
        }
        from = Int64(warmUp * 1e9)
    }

    private func columns(_ seconds: Double) -> LatencyColumns {
        LatencyColumns(observations, window: from..<from + max(1, Int64(seconds * 1e9)))
    }

    func quantile(_ p: Double, seconds: Double) -> Double { (columns(seconds).quantiles([p]).first ?? .infinity) / 1e9 }

    func judged(seconds: Double, limit: Double, tail: Double) -> (isMet: Bool, strain: CapacityStrain) {
        let confidence = Confidence.confirming(tail: tail)
        guard let all = LatencyIntervals(columns(seconds), percentiles: [0.9, 0.95], confidence: confidence) else {
            return (false, CapacityStrain(value: .infinity, seconds: seconds))
        }
        let value = all.intervals[1].value / 1e9
        var strain = CapacityStrain(value: log(value / limit), seconds: seconds)
        guard case .printed(_, let high?, _) = all.decide(all.intervals[1]) else { return (false, strain) }
        strain.spread = log(Double(high) / 1e9 / value) / confidence.z
        let window = columns(seconds).window
        let grown = Overload(inFlight: PerSecond.inFlight(observations, window: window), requests: all.count)
        return (value < limit && Double(high) / 1e9 < limit && grown == nil, strain)
    }
}

/// Prints a row a server: claims above the truth, searches that confirmed nothing, how far below the rest, and minutes.
func capacityTrials(searches: Int) {
    print(
        "| places | answers, s | p95 below, s | capacity, 1/s | above it | by at most, % | none confirmed | below it in the mean, % | at worst, % "
            + "| more than 10 % below, or none | minutes | at most | bisection above it |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for (places, slowness) in [(2, 1.0), (8, 1), (32, 1), (64, 58.8)] {
        for limit in [0.36, 0.3] {
            let queue = PlacesQueue(places: places, slowness: slowness, limit: limit * slowness)
            let truth = queue.capacity
            var (below, minutes): ([Double], [Double]) = ([], [])
            var bisected = 0
            for number in 1...UInt64(searches) {
                var trial = Trial(queue, number: number)
                if case .confirmed(let load, _) = trial.play() { below.append(100 * (1 - load / truth)) }
                minutes.append(trial.search.seconds / 60)
                if trial.met ?? 0 > truth { bisected += 1 }
            }
            let none = searches - below.count
            func text(_ value: Double) -> String { Figures.text(value, decimals: 1) }
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
            let cells = [
                "\(places)", text(0.17 * slowness), text(limit * slowness), Figures.text(truth, decimals: 2), "\(below.count { $0 < 0 })",
                text(max(0, -(below.min() ?? 0))), "\(none)", text(mean(below)), text(below.max() ?? 0),
                "\(below.count { $0 > 10 } + none)", text(mean(minutes)), text(minutes.max() ?? 0), "\(bisected)",
            ]
            print("| " + cells.joined(separator: " | ") + " |")
        }
    }
    print("\n\(searches) searches a row")
}
