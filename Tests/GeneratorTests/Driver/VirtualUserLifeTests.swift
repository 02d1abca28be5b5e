// One virtual user's life, event by event, without a clock or a socket.

import Testing

@testable import Generator

@Suite struct VirtualUserLifeTests {
    @Test func requestWithoutThinkTimeEndsTheIteration() {
        var life = VirtualUserLife()
        #expect(life.begin(iteration: 7, scheduled: 100, now: 105, stagger: 0) == .sendRequest(scheduled: 100))
        #expect(life.phase == .requesting)
        #expect(life.answered(now: 300, think: 0) == .iterationEnded(recorded: false))
        #expect(life.phase == .idle)
        #expect(life.iteration == 7)
        #expect(life.iterationStart == 105)
    }

    @Test func thinkTimeIsPartOfTheIteration() {
        var life = VirtualUserLife()
        _ = life.begin(iteration: 0, scheduled: 0, now: 0, stagger: 0)
        #expect(life.answered(now: 50, think: 20) == .sleep(until: 70))
        #expect(life.phase == .thinking)
        #expect(life.woke(due: 70) == .iterationEnded(recorded: true))
    }

    @Test func staggerIsSleptOnceInsideTheFirstIteration() {
        var life = VirtualUserLife()
        #expect(life.begin(iteration: 0, scheduled: 0, now: 10, stagger: 5) == .sleep(until: 15))
        #expect(life.woke(due: 15) == .sendRequest(scheduled: 15))
        #expect(life.answered(now: 40, think: 0) == .iterationEnded(recorded: true))
        #expect(life.begin(iteration: 1, scheduled: 40, now: 40, stagger: 5) == .sendRequest(scheduled: 40))
    }

    @Test func cutsCancelRequestsAndRecordSleeps() {
        var life = VirtualUserLife()
        #expect(life.cut() == .nothing)
        _ = life.begin(iteration: 0, scheduled: 0, now: 0, stagger: 0)
        #expect(life.cut() == .cancelRequest)
        #expect(life.phase == .idle)
        _ = life.begin(iteration: 1, scheduled: 10, now: 10, stagger: 0)
        _ = life.answered(now: 20, think: 100)
        #expect(life.cut() == .iterationEnded(recorded: true))
    }

    @Test func endOfACutSleepDoesNotWakeALaterOne() {
        var life = VirtualUserLife()
        _ = life.begin(iteration: 0, scheduled: 0, now: 0, stagger: 0)
        _ = life.answered(now: 10, think: 90)
        _ = life.cut()
        _ = life.begin(iteration: 1, scheduled: 20, now: 20, stagger: 0)
        _ = life.answered(now: 30, think: 500)
        #expect(life.woke(due: 100) == .nothing)
        #expect(life.phase == .thinking)
        #expect(life.woke(due: 530) == .iterationEnded(recorded: true))
    }

    @Test func answerToACancelledRequestIsIgnored() {
        var life = VirtualUserLife()
        _ = life.begin(iteration: 0, scheduled: 0, now: 0, stagger: 0)
        _ = life.cut()
        #expect(life.answered(now: 5, think: 0) == .nothing)
    }
}

@Suite struct SeededRandomTests {
    @Test func drawsAreUniformBelowTheBoundAndRepeatable() {
        var first = SeededRandom(seed: 1, stream: 3)
        var second = SeededRandom(seed: 1, stream: 3)
        var other = SeededRandom(seed: 1, stream: 4)
        let bound: Int64 = 2_000_000_000
        let draws = (0..<20_000).map { _ in first.duration(below: bound) }
        #expect(draws == (0..<20_000).map { _ in second.duration(below: bound) })
        #expect(draws.first != other.duration(below: bound))
        #expect(draws.allSatisfy { 0 <= $0 && $0 < bound })
        // Mean of 20,000 uniform draws: standard error 0.2 % of the bound; ±1 % is five of them.
        let mean = draws.map(Double.init).reduce(0, +) / Double(draws.count)
        #expect(abs(mean / Double(bound) - 0.5) < 0.01)
        #expect(first.duration(below: 0) == 0)
        #expect(first.duration(below: -5) == 0)
    }
}
