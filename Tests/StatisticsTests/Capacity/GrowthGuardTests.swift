// The guard against simulated servers: a queue that is standing still never ends a probe, one that grows does within seconds.

import Glibc
import Testing

@testable import Statistics

@Suite struct GrowthGuardTests {
    /// Poisson arrivals at a queue in front of `places`, whose service takes a lognormal time of mean 1: what is in flight, and how
    /// many have been answered, four times a second.
    private struct Server {
        var places: Int
        var rate: Double
        var scale = 1.0
        /// From when to when nothing is answered or begun.
        var stall: Range<Double>?
        var generator: Seeded

        mutating func samples(seconds: Double) -> [(at: Double, inFlight: Int, answered: Int)] {
            var free = [Double](repeating: 0, count: places)
            var events: [(at: Double, change: Int)] = []
            var now = 0.0
            while true {
                now -= log(1 - generator.unit()) / rate
                guard now < seconds else { break }
                let place = free.indices.min { free[$0] < free[$1] } ?? 0
                let service = exp(0.6 * generator.normal() - 0.18) * scale
                var end = max(now, free[place]) + service
                if let stall, end > stall.lowerBound, max(now, free[place]) < stall.upperBound {
                    end += stall.upperBound - stall.lowerBound
                }
                free[place] = end
                events += [(now, 1), (end, -1)]
            }
            events.sort { $0.at < $1.at }
            var (inFlight, answered, next) = (0, 0, 0)
            return stride(from: 0.25, through: seconds, by: 0.25).map { at in
                while next < events.count, events[next].at <= at {
                    inFlight += events[next].change
                    if events[next].change < 0 { answered += 1 }
                    next += 1
                }
                return (at, inFlight, answered)
            }
        }

        /// When the guard ended it; nil for never.
        mutating func end(seconds: Double, shortest: Double) -> Double? {
            var guarding = GrowthGuard(rate: rate, shortest: shortest)
            for sample in samples(seconds: seconds) {
                if guarding.add(inFlight: sample.inFlight, answered: sample.answered, at: sample.at) != nil { return sample.at }
            }
            return nil
        }
    }

    private struct Seeded {
        var state: UInt64
        mutating func unit() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((z ^ (z >> 31)) >> 11) / 0x1p53
        }
        mutating func normal() -> Double { (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()) }
    }

    /// Half load, of few places and of many, of answers that take a fraction of a second or half a minute: 200 probes.
    @Test(arguments: [(1, 1.0), (4, 0.2), (8, 1.0), (64, 5.0), (32, 20.0)]) func halfLoadNeverEndsAProbe(places: Int, scale: Double) {
        for seed in 0..<40 {
            var server = Server(
                places: places, rate: 0.5 * Double(places) / scale, scale: scale, generator: Seeded(state: UInt64(seed * 7919 + places)))
            let end = server.end(seconds: 100, shortest: seed % 2 == 0 ? 10 : 18.75)
            #expect(end == nil, "seed \(seed)")
        }
    }

    /// A pause of the server's for six seconds at half load is no overload.
    @Test func aStallThatIsOverEndsNone() {
        for seed in 0..<25 {
            var server = Server(places: 8, rate: 20, scale: 0.2, stall: 40..<46, generator: Seeded(state: UInt64(seed)))
            let end = server.end(seconds: 100, shortest: 18.75)
            #expect(end == nil, "seed \(seed)")
        }
    }

    @Test(arguments: [1.5, 2, 4, 16]) func anOverloadedServerIsSeenWithinSeconds(load: Double) throws {
        for seed in 0..<5 {
            for (shortest, latest) in [(18.75, 30.0), (10, 20)] {
                var server = Server(places: 8, rate: 40 * load, scale: 0.2, generator: Seeded(state: UInt64(seed)))
                let end = server.end(seconds: 100, shortest: shortest)
                #expect(try #require(end, "seed \(seed)") < latest)
            }
        }
    }
}
