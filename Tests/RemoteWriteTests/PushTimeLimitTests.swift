// A slow receiver that stores everything: how often it is asked, and that it never holds up the end.

import Testing

@testable import RemoteWrite

@Suite struct PushTimeLimitTests {
    /// Under a fixed limit of 5 s: a push every 5 to 15 s, none of them answered, and a file left behind.
    @Test(arguments: [6.0, 9, 19, 39])
    func aSlowReceiverIsPushedToOnceItsTimeIsKnown(_ seconds: Double) {
        var simulation = Simulation()
        simulation.answerTime = .seconds(seconds)
        for second in 1...200 {
            simulation.run(until: .seconds(second))
            simulation.submit(Double(second), "a")
        }
        let report = simulation.machine.report
        // 5 s, 10 s and so on until one is long enough.
        let expected = [5.0, 10, 20, 40].firstIndex { $0 > seconds }
        #expect(report.pushesFailed["timeout"] == expected)
        #expect(report.pushesSucceeded >= Int(130 / seconds / 2))
        // Time for the push that is under way and for one with the final state.
        simulation.send(.finish(drain: .seconds(120)))
        simulation.run(until: .seconds(400))
        #expect(simulation.undelivered == [])
        #expect(report.pushesFailed["timeout"] == expected)
    }

    /// The case: everything in the final push.
    @Test func aShortRunIsDeliveredWithinItsDrain() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(6)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(61))
        #expect(simulation.undelivered == [])
        #expect(simulation.pushes.map(\.timeout) == [.seconds(5), .seconds(10)])
        // The same states with the same times: what was stored already is no second value.
        #expect(simulation.pushes[0].updates == simulation.pushes[1].updates)
    }

    @Test func theLimitSettlesBack() {
        var limit = PushTimeLimit(DeliveryPolicy())
        limit.timedOut(after: .seconds(5))
        limit.timedOut(after: .seconds(10))
        limit.timedOut(after: .seconds(20))
        limit.timedOut(after: .seconds(40))
        #expect(limit.current == .seconds(40))
        limit.answered(after: .seconds(15))
        #expect(limit.current == .seconds(30))
        limit.answered(after: .milliseconds(10))
        #expect(limit.current == .seconds(15))
        limit.answered(after: .milliseconds(10))
        limit.answered(after: .milliseconds(10))
        #expect(limit.current == .seconds(5))
        // A shorter limit at the end of a drain says nothing about the receiver.
        limit.timedOut(after: .seconds(1))
        #expect(limit.current == .seconds(5))
    }

    /// What is under way when the run is told to end has what it would have had under the fixed limit.
    @Test func aGrownLimitDoesNotHoldUpTheEnd() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(1000)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(45))
        #expect(simulation.pushes.last?.timeout == .seconds(40))
        let began = simulation.pushes.last?.at ?? .zero
        simulation.send(.finish(drain: .zero))
        #expect(simulation.cut == began + .seconds(5))
        simulation.run(until: began + .seconds(5.1))
        #expect(simulation.undelivered?.count == 1)
    }

    @Test func aSecondFinishCutsThePushUnderWay() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(1000)
        simulation.submit(1, "a")
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(30))
        #expect(simulation.pushes.last?.timeout == .seconds(20))
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(30.1))
        #expect(simulation.undelivered?.count == 1)
    }

    @Test func theDrainIsNotExceeded() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(1000)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(61.1))
        #expect(simulation.undelivered?.count == 1)
        // 5, 10 and 20 s, and what is left.
        #expect(simulation.pushes.count == 4)
    }
}
