// When pushes are made, retried and given up, in simulated time: minutes of outage take microseconds, and every time
// is exact because the machine has no clock of its own.

import Testing

@testable import RemoteWrite

/// Runs a machine against a receiver that is a function of time, in simulated time.
struct Simulation {
    var machine: DeliveryMachine
    var now = Duration.zero
    var wake: Duration?
    var flight: (updates: [SeriesUpdate], timeout: Duration, at: Duration)?
    var pushes: [(at: Duration, updates: [SeriesUpdate], timeout: Duration)] = []
    var notices: [DeliveryNotice] = []
    var undelivered: [SeriesUpdate]?
    var answerTime = Duration.milliseconds(10)
    var receiver: (Duration) -> PushOutcome.Verdict = { _ in .delivered }
    /// Judges what is in a push, instead of when it comes.
    var judge: (([SeriesUpdate]) -> PushOutcome.Verdict)?
    var cut: Duration?

    init(policy: DeliveryPolicy = DeliveryPolicy(), staleMarkers: Bool = false) {
        machine = DeliveryMachine(policy: policy, interval: .seconds(5), staleMarkers: staleMarkers)
        send(.woke)
    }

    mutating func send(_ event: DeliveryMachine.Event) {
        for action in machine.handle(event, now: now, wallMilliseconds: 1_000_000 + Int64(now.seconds * 1000)) {
            switch action {
            case .push(let updates, let timeout):
                flight = (updates, timeout, now)
                cut = nil
                pushes.append((now, updates, timeout))
            case .cut(let time): cut = time
            case .wake(let time): wake = time
            case .notify(let notice): notices.append(notice)
            case .finished(let states): undelivered = states
            }
        }
    }

    /// Lets time pass until `end`, or until the machine has finished.
    mutating func run(until end: Duration) {
        while undelivered == nil {
            let landing = flight.map { flight in
                let end = flight.at + min(answerTime, flight.timeout)
                return max(now, cut.map { min($0, end) } ?? end)
            }
            guard let next = landing ?? wake, next <= end else { break }
            now = max(now, next)
            if let flown = flight {
                flight = nil
                let late = now < flown.at + answerTime
                let verdict = judge?(flown.updates) ?? receiver(flown.at)
                send(.pushEnded(PushOutcome(verdict: late ? .retry(.timeout, after: nil) : verdict, message: "message")))
            } else {
                wake = nil
                send(.woke)
            }
        }
        now = max(now, end)
    }

    mutating func submit(_ value: Double, _ names: String...) { submit(value, names) }

    mutating func submit(_ value: Double, _ names: [String], zeroAt zero: Int64? = nil) {
        send(
            .submitted(
                names.map {
                    SeriesUpdate(
                        labels: SeriesLabels(name: $0, labels: [:]), value: value,
                        timestampMilliseconds: wallMilliseconds, zeroMilliseconds: zero)
                }))
    }

    var wallMilliseconds: Int64 { Int64(now.seconds * 1000) }
    /// Names of what push `index` held.
    func names(_ index: Int) -> [String] { pushes[index].updates.map(\.labels.decoded[0].value) }

    var pushTimes: [Double] { pushes.map { ($0.at.seconds * 1000).rounded() / 1000 } }
}

@Suite struct DeliveryMachineTests {
    @Test func pushesEveryIntervalWhatIsNew() {
        var simulation = Simulation()
        simulation.run(until: .seconds(1))
        simulation.submit(1, "a", "b")
        simulation.run(until: .seconds(12))
        #expect(simulation.pushTimes == [5])
        simulation.submit(2, "a")
        simulation.run(until: .seconds(30))
        #expect(simulation.pushTimes == [5, 15])
        #expect(simulation.pushes.map(\.updates.count) == [2, 1])
        #expect(simulation.machine.report.samplesSent == 3 && simulation.machine.report.pushesSucceeded == 2)
        #expect(simulation.notices.isEmpty)
    }

    @Test func aSlowPushDelaysTheNextAndTheyNeverOverlap() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(4.9)
        for second in 1...20 {
            simulation.run(until: .seconds(second))
            simulation.submit(Double(second), "a")
        }
        #expect(simulation.pushTimes == [5, 10, 15, 20])
    }

    @Test func failuresAreRetriedWithGrowingPausesAndReportedOnce() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(45) ? .retry(.connection, after: nil) : .delivered }
        for second in 1...60 {
            simulation.run(until: .seconds(second))
            simulation.submit(Double(second), "a")
        }
        simulation.run(until: .seconds(62))
        let times = simulation.pushTimes
        let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
        for (retry, pause) in pauses.enumerated() where times[retry + 1] < 46 {
            let full = min(10, 0.5 * Double(1 << retry))
            #expect(pause >= full / 2 && pause <= full + 0.011, "retry \(retry): \(pause)")
        }
        // The outage ends at most one longest pause after the receiver is back.
        #expect(simulation.notices.count == 2)
        guard case .failing(.connection, "message", _)? = simulation.notices.first,
            case .recovered(let outage)? = simulation.notices.last
        else {
            Issue.record("\(simulation.notices)")
            return
        }
        #expect(outage >= .seconds(40) && outage <= .seconds(50.1))
        let report = simulation.machine.report
        #expect(report.longestOutageSeconds == outage.seconds)
        #expect(report.pushesFailed == ["connection": report.retries])
        #expect(report.pushesAttempted == report.pushesSucceeded + report.retries)
        #expect(report.statesFolded > 30)
    }

    @Test func theSameSeedGivesTheSameTimes() {
        func times(seed: UInt64) -> [Double] {
            var policy = DeliveryPolicy()
            policy.seed = seed
            var simulation = Simulation(policy: policy)
            simulation.receiver = { _ in .retry(.serverError, after: nil) }
            simulation.submit(1, "a")
            simulation.run(until: .seconds(60))
            return simulation.pushTimes
        }
        #expect(times(seed: 1) == times(seed: 1))
        #expect(times(seed: 1) != times(seed: 2))
    }

    @Test func retryAfterIsHonouredUpToACap() {
        var simulation = Simulation()
        simulation.submit(1, "a")
        simulation.receiver = {
            $0 < .seconds(6) ? .retry(.throttled, after: .seconds(20)) : .retry(.throttled, after: .seconds(3600))
        }
        simulation.run(until: .seconds(100))
        #expect(simulation.pushTimes == [5, 25.01, 85.02])
    }

    @Test func refusedStatesAreNotSentAgainButNewOnesAre() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(12) ? .refused(.rejected) : .delivered }
        simulation.submit(1, "a", "b")
        simulation.run(until: .seconds(9))
        #expect(simulation.pushTimes == [5])
        simulation.submit(2, "a")
        simulation.run(until: .seconds(14))
        #expect(simulation.notices == [.refused(.rejected, message: "message")])
        simulation.submit(3, "a")
        simulation.run(until: .seconds(16))
        #expect(simulation.pushes.map { $0.updates.map(\.labels.decoded[0].value) } == [["a", "b"], ["a"], ["a"]])
        #expect(simulation.machine.report.seriesUndelivered == 1)
        // At the end the refused state of b gets its last chance.
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.pushes.last?.updates.map(\.labels.decoded[0].value) == ["b"])
        #expect(simulation.undelivered == [] && simulation.machine.report.isComplete)
    }

    @Test func finishSendsAtOnceAndEnds() {
        var simulation = Simulation()
        simulation.submit(1, "a")
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.pushTimes == [1])
        #expect(simulation.undelivered == [])
        simulation.submit(2, "a")
        #expect(simulation.pushes.count == 1)
    }

    @Test func finishWithNothingPendingEndsWithoutAPush() {
        var simulation = Simulation()
        simulation.send(.finish(drain: .seconds(60)))
        #expect(simulation.undelivered == [] && simulation.pushes.isEmpty)
    }

    @Test func finishWaitsForThePushUnderWayAndSendsWhatCameMeanwhile() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(2)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(6))
        simulation.submit(2, "a")
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.pushTimes == [5, 7])
        #expect(simulation.undelivered == [])
    }

    @Test func drainLastsUntilTheReceiverReturns() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(40) ? .retry(.connection, after: nil) : .delivered }
        simulation.submit(1, "a")
        simulation.run(until: .seconds(20))
        simulation.submit(7, "a")
        simulation.send(.finish(drain: .seconds(60)))
        #expect(simulation.pushes.last?.at == .seconds(20))
        simulation.run(until: .seconds(200))
        #expect(simulation.undelivered == [])
        #expect(simulation.pushes.last?.updates.map(\.value) == [.sample(7)])
    }

    @Test(arguments: [Duration.zero, .milliseconds(300), .seconds(10), .seconds(60)])
    func drainEndsAtItsLimit(_ drain: Duration) {
        var simulation = Simulation()
        simulation.receiver = { _ in .retry(.connection, after: nil) }
        simulation.submit(1, "a")
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: drain))
        simulation.run(until: .seconds(1) + drain + .milliseconds(20))
        #expect(simulation.undelivered?.map(\.value) == [.sample(1)])
        #expect(simulation.machine.report.seriesUndelivered == 1 && !simulation.machine.report.isComplete)
        if drain >= .seconds(10) {
            #expect(simulation.pushes.last?.at == .seconds(1) + drain - .seconds(1))
        }
    }

    @Test func aHangingReceiverCostsNoMoreThanOneTimeout() {
        var simulation = Simulation()
        simulation.answerTime = .seconds(1000)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(6))
        #expect(simulation.pushes.map(\.timeout) == [.seconds(5)])
        #expect(simulation.undelivered?.count == 1)
    }

    @Test func aSecondFinishCutsTheWaiting() {
        var simulation = Simulation()
        simulation.receiver = { _ in .retry(.connection, after: nil) }
        simulation.submit(1, "a")
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(10))
        #expect(simulation.undelivered == nil)
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(10.1))
        #expect(simulation.undelivered?.count == 1)
    }

    @Test func finalRefusalEndsTheDrainAtOnce() {
        var simulation = Simulation()
        simulation.receiver = { _ in .refused(.rejected) }
        simulation.submit(1, "a")
        simulation.run(until: .seconds(7))
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(8))
        #expect(simulation.pushTimes == [5, 7])
        #expect(simulation.undelivered?.count == 1)
        #expect(simulation.machine.report.pushesFailed == ["rejected": 2])
    }

    @Test func aReceiversPauseIsKeptAtTheEnd() {
        var simulation = Simulation()
        simulation.receiver = { $0 < .seconds(6) ? .retry(.throttled, after: .seconds(30)) : .delivered }
        simulation.submit(1, "a")
        simulation.run(until: .seconds(8))
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.pushTimes == [5, 35.01])
        #expect(simulation.undelivered == [])
    }

    @Test func staleMarkersFollowTheLastPush() {
        var simulation = Simulation(staleMarkers: true)
        simulation.submit(1, "a", "b")
        simulation.run(until: .seconds(7))
        simulation.submit(2, "a")
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.pushes.map(\.updates.count) == [2, 1, 2])
        let markers = simulation.pushes[2].updates
        #expect(markers.allSatisfy { $0.value == .staleMarker && $0.timestampMilliseconds == 1_007_011 })
        #expect(simulation.machine.report.staleMarkersDelivered == true && simulation.undelivered == [])
        #expect(simulation.machine.report.samplesSent == 3)
    }

    @Test func staleMarkersAreRetriedWithinTheDrain() {
        var simulation = Simulation(staleMarkers: true)
        simulation.submit(1, "a")
        simulation.run(until: .seconds(7))
        simulation.receiver = { _ in .retry(.serverError, after: nil) }
        simulation.send(.finish(drain: .seconds(20)))
        simulation.run(until: .seconds(28))
        #expect(simulation.pushes.count > 3)
        // The series themselves are complete; only the markers are missing.
        #expect(simulation.undelivered == [] && simulation.machine.report.staleMarkersDelivered == false)
    }

    @Test func largeSnapshotsAreSplitWithoutPauses() {
        var policy = DeliveryPolicy()
        policy.maximumSeriesPerPush = 2
        var simulation = Simulation(policy: policy)
        simulation.submit(1, "a", "b", "c", "d", "e")
        simulation.run(until: .seconds(6))
        #expect(simulation.pushTimes == [5, 5.01, 5.02])
        #expect(simulation.pushes.map(\.updates.count) == [2, 2, 1])
    }
}
