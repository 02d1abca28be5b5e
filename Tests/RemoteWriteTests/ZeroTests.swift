// Counters that appear: a sample of 0 before the first value, in a push of its own, the same however often it is
// repeated.

import Testing

@testable import RemoteWrite

@Suite struct ZeroTests {
    private func content(_ simulation: Simulation) -> [[String]] {
        simulation.pushes.map { push in
            push.updates.map { update in
                guard case .sample(let value) = update.value else { return "histogram" }
                return "\(update.labels.decoded[0].value)=\(Int(value))@\(update.timestampMilliseconds)"
            }
        }
    }

    @Test func zerosGoFirstAndOnce() {
        var simulation = Simulation()
        simulation.run(until: .seconds(4))
        simulation.submit(3, ["a"], zeroAt: 0)
        simulation.submit(7, ["b"])
        simulation.run(until: .seconds(9))
        #expect(content(simulation) == [["a=0@0"], ["a=3@4000", "b=7@4000"]])
        #expect(simulation.pushTimes == [5, 5.01])
        simulation.submit(4, ["a"], zeroAt: 4500)
        simulation.submit(1, ["c"], zeroAt: 4500)
        simulation.run(until: .seconds(14))
        #expect(content(simulation).dropFirst(2) == [["c=0@4500"], ["a=4@9000", "c=1@9000"]])
        #expect(simulation.machine.report.samplesSent == 6)
    }

    /// A push without an answer may have been stored; what is sent again must not be older than what is there.
    @Test func anOutageRepeatsTheSameZero() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(12) ? .retry(.timeout, after: nil) : .delivered }
        simulation.run(until: .seconds(4))
        simulation.submit(3, ["a"], zeroAt: 1000)
        simulation.run(until: .seconds(11))
        simulation.submit(8, ["a"])
        simulation.run(until: .seconds(30))
        #expect(simulation.pushes.count > 3)
        #expect(Set(content(simulation).dropLast()) == [["a=0@1000"]])
        #expect(content(simulation).last == ["a=8@11000"])
    }

    @Test func aZeroThatIsTooOldComesCloser() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(7200) ? .retry(.connection, after: nil) : .delivered }
        simulation.run(until: .seconds(4))
        simulation.submit(3, ["a"], zeroAt: 1000)
        simulation.run(until: .seconds(7199))
        simulation.submit(9, ["a"])
        simulation.run(until: .seconds(7230))
        let (zero, state) = (simulation.pushes[simulation.pushes.count - 2], simulation.pushes[simulation.pushes.count - 1])
        // Half an hour by the wall clock, which this simulation has 1,000 s ahead of the samples.
        let age = simulation.machine.policy.maximumZeroAge
        #expect(zero.updates[0].timestampMilliseconds == Int64((zero.at - age).seconds * 1000) + 1_000_000)
        #expect(zero.updates[0].value == .sample(0) && state.updates[0].value == .sample(9))
        #expect(zero.updates[0].timestampMilliseconds < state.updates[0].timestampMilliseconds)
    }

    @Test func aRefusedZeroDoesNotCostTheValue() {
        var simulation = Simulation()
        simulation.judge = { $0.contains { $0.value == .sample(0) } ? .unacceptable(.rejected) : .delivered }
        simulation.run(until: .seconds(4))
        simulation.submit(3, (0..<50).map { "s\($0)" }, zeroAt: 0)
        simulation.run(until: .seconds(9))
        #expect(simulation.machine.report.seriesUndelivered == 0 && simulation.machine.report.seriesRejected == 0)
        #expect(simulation.pushes.count <= 16)
        // And one alone.
        simulation.judge = {
            $0.contains { $0.value == .sample(0) && $0.labels.decoded[0].value == "x7" } ? .unacceptable(.rejected) : .delivered
        }
        simulation.submit(3, (0..<50).map { "x\($0)" }, zeroAt: 4500)
        simulation.run(until: .seconds(14))
        #expect(simulation.machine.report.seriesUndelivered == 0 && simulation.machine.report.seriesRejected == 0)
        let zeros = content(simulation).joined().filter { $0.hasSuffix("=0@4500") }
        #expect(Set(zeros).count == 50)
    }

    /// At the end zero and value share the time there is for one attempt.
    @Test func theFinalAttemptHasOneTimeLimit() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(3)
        simulation.submit(3, ["a"], zeroAt: -1000)
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(20))
        #expect(simulation.pushes.map(\.timeout) == [.seconds(5), .seconds(2)])
        #expect(simulation.undelivered?.count == 1)
    }

    @Test func whatIsKeptForLaterHasItsZero() throws {
        var simulation = Simulation()
        simulation.receiver = { _ in .retry(.connection, after: nil) }
        simulation.submit(3, ["a"], zeroAt: -1000)
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(10))
        let kept = UndeliveredStates(try #require(simulation.undelivered))
        #expect(kept.updates.map(\.zeroMilliseconds) == [-1000])
        let path = temporaryPath()
        defer { remove(path) }
        let histogram = SeriesUpdate(
            labels: SeriesLabels(name: "h", labels: [:]), value: .histogram(NativeHistogram([(1, 2)])),
            timestampMilliseconds: 9, zeroMilliseconds: 5)
        let both = UndeliveredStates(kept.updates + [histogram])
        try both.save(to: path)
        #expect(try UndeliveredStates.load(from: path) == both)
        let moved = both.restamped(atMilliseconds: 100_000).updates
        #expect(moved.map(\.timestampMilliseconds) == [100_000, 100_000])
        #expect(moved.map(\.zeroMilliseconds) == [99_000, 99_996])
    }
}
