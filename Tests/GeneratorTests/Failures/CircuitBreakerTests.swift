// The breaker over invented streams of requests: when it trips, when it must not, and that old failures are forgotten.

import Scenarios
import Testing

@testable import Generator

@Suite struct CircuitBreakerTests {
    static let second: Int64 = 1_000_000_000

    /// Ten requests a second; `fails` says which fail. Returns when the breaker trips.
    static func trip(
        share: Double = 0.5, window: Duration = .seconds(30), seconds: Int = 120, fails: (Int64) -> Bool
    ) -> Int64? {
        var breaker = CircuitBreaker(ErrorLimit(share: share, window: window))
        for step in 0..<Int64(seconds * 10) {
            let now = step * second / 10
            breaker.finished(at: now, failed: fails(step))
            if breaker.isTripped(at: now) { return now }
        }
        return nil
    }

    @Test func goodRunsNeverTrip() {
        #expect(Self.trip { _ in false } == nil)
        #expect(Self.trip { $0 % 3 == 0 } == nil)
    }

    @Test func tripsWhenAWholeWindowHasPassed() {
        #expect(Self.trip { _ in true } == 30 * Self.second)
        #expect(Self.trip { $0 % 2 == 0 } == 30 * Self.second)
        #expect(Self.trip(share: 0.01, window: .seconds(1)) { $0 == 5 } == Self.second)
    }

    /// Good for a minute, then everything fails: half of the last 30 s has failed 15 s later.
    @Test func tripsWhenTheShareIsReached() throws {
        let tripped = try #require(Self.trip { $0 >= 600 })
        #expect((74 * Self.second...76 * Self.second).contains(tripped))
    }

    @Test func forgetsWhatHasLeftTheWindow() {
        // 20 s of failures before the window is full, 25 s of good answers after.
        #expect(Self.trip { $0 < 149 } == nil)
        var breaker = CircuitBreaker(ErrorLimit(share: 0.5, window: .seconds(10)))
        for step in 0..<50 { breaker.finished(at: Int64(step) * Self.second / 10, failed: true) }
        breaker.finished(at: 60 * Self.second, failed: false)
        #expect(!breaker.trips(at: 60 * Self.second))
        #expect(breaker.description == "0 of 1 requests failed within 10s")
    }

    @Test func anEmptyWindowDoesNotTrip() {
        var breaker = CircuitBreaker(ErrorLimit(share: 0.1, window: .seconds(5)))
        #expect(!breaker.trips(at: 100 * Self.second))
        breaker.finished(at: 101 * Self.second, failed: true)
        #expect(breaker.trips(at: 101 * Self.second))
        #expect(!breaker.trips(at: 200 * Self.second))
    }

    /// Shards hand over records up to 100 ms apart, and a late one may be older than the window.
    @Test func ordersDoNotMatter() {
        var breaker = CircuitBreaker(ErrorLimit(share: 0.5, window: .seconds(10)))
        breaker.finished(at: 20 * Self.second, failed: true)
        breaker.finished(at: 19 * Self.second, failed: false)
        breaker.finished(at: 1 * Self.second, failed: false)
        breaker.finished(at: -5, failed: false)
        #expect(breaker.description == "1 of 2 requests failed within 10s")
        #expect(breaker.trips(at: 20 * Self.second))
    }

    @Test func agreesWithCountingEverything() {
        var random = SeededRandom(seed: 3, stream: 0)
        var breaker = CircuitBreaker(ErrorLimit(share: 0.3, window: .seconds(2)))
        var all: [(time: Int64, failed: Bool)] = []
        var now: Int64 = 0
        for _ in 0..<5_000 {
            now += Int64.random(in: 0..<40_000_000, using: &random)
            let failed = Int.random(in: 0..<10, using: &random) < 3
            all.append((now, failed))
            breaker.finished(at: now, failed: failed)
            // The window ends with the running piece of 20 ms and begins up to two of them early.
            let piece: Int64 = 20_000_000
            let recent = all.suffix(2_000).filter { $0.time / piece > now / piece - 101 }
            let count = recent.count { $0.failed }
            #expect(breaker.description == "\(count) of \(recent.count) requests failed within 2s")
        }
    }

    /// The rules count as failed what everybody counts as failed.
    @Test func stopRulesSeeWhatAnswersSay() throws {
        var rules = try #require(StopRules(FaultPolicy(errorLimit: ErrorLimit(share: 0.5, window: .seconds(1)))))
        var record = RunRecord()
        record.status = 200
        record.end = 2 * Self.second
        record.flags = [.final, .hasChoices]
        let good = rules.reason(afterReading: [record], now: 2 * Self.second)
        #expect(good == nil)
        record.flags.insert(.reportsFailure)
        let failed = rules.reason(afterReading: [record], now: 2 * Self.second)
        #expect(failed?.hasPrefix("1 of 2 requests failed") == true)
    }
}

extension CircuitBreaker {
    /// Asks a copy, because expectations cannot change what they look at.
    fileprivate func trips(at now: Int64) -> Bool {
        var copy = self
        return copy.isTripped(at: now)
    }
}
