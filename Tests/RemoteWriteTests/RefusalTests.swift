// What it costs, and what is lost, when a receiver does not want some of the series: in simulated time, with receivers
// that refuse by rule.

import Testing

@testable import RemoteWrite

@Suite struct RefusalTests {
    private func simulation(_ series: Int, refusing isBad: @escaping @Sendable (String) -> Bool) -> Simulation {
        var simulation = Simulation()
        simulation.judge = { updates in
            updates.contains { isBad($0.labels.decoded[0].value) } ? .unacceptable(.rejected) : .delivered
        }
        simulation.submit(1, (0..<series).map { "s\($0)" })
        return simulation
    }

    /// Names that were in a push the receiver took.
    private func delivered(_ simulation: Simulation, unless isBad: (String) -> Bool) -> Set<String> {
        Set(simulation.pushes.indices.map { simulation.names($0) }.filter { !$0.contains(where: isBad) }.joined())
    }

    @Test(arguments: [0, 1, 4_000, 7_886])
    func oneBadSeriesOf7887CostsItselfOnly(_ bad: Int) {
        let isBad = { @Sendable (name: String) in name == "s\(bad)" }
        var simulation = simulation(7_887, refusing: isBad)
        simulation.run(until: .seconds(9))
        #expect(delivered(simulation, unless: isBad).count == 7_886)
        // 13 halvings, each with one refused request and one that is taken.
        #expect(simulation.pushes.count <= 27)
        let report = simulation.machine.report
        #expect(report.pushesFailed["rejected"].map { $0 <= 14 } == true)
        #expect(report.seriesUndelivered == 1 && report.seriesRejected == 1)
        #expect(report.rejectedSeries == ["s\(bad){}"])
        #expect(simulation.notices == [.rejected(series: 1, example: "s\(bad){}", message: "message")])
        #expect(report.longestOutageSeconds == 0)
    }

    @Test func aKnownBadSeriesDoesNotSpoilLaterPushes() {
        let isBad = { @Sendable (name: String) in name == "s100" }
        var simulation = simulation(318, refusing: isBad)
        simulation.run(until: .seconds(9))
        let before = simulation.pushes.count
        for tick in 2...13 {
            simulation.submit(Double(tick), (0..<318).map { "s\($0)" })
            simulation.run(until: .seconds(5 * tick + 4))
        }
        let later = simulation.pushes.indices.dropFirst(before).map { simulation.names($0) }
        #expect(later.count { $0.count == 317 && !$0.contains("s100") } == 12)
        // Alone, after 2, 4 and so many more ticks.
        #expect(later.filter { $0.contains("s100") } == [["s100"], ["s100"]])
        #expect(later.count == 14)
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(200))
        #expect(simulation.undelivered?.map(\.labels.decoded[0].value) == ["s100"])
        #expect(simulation.undelivered?.map(\.value) == [.sample(13)])
        #expect(!simulation.machine.report.isComplete)
    }

    /// The series of one exchange group follow each other and share the label that is not wanted; scattered ones do not.
    @Test(arguments: [(first: 0, count: 51, step: 1), (150, 51, 1), (267, 51, 1), (3, 20, 15), (0, 106, 3)])
    func manyBadSeriesCostThemselvesOnly(_ bad: (first: Int, count: Int, step: Int)) {
        let names = Set((0..<bad.count).map { "s\(bad.first + $0 * bad.step)" })
        let isBad = { @Sendable (name: String) in names.contains(name) }
        var simulation = simulation(318, refusing: isBad)
        simulation.run(until: .seconds(30))
        #expect(delivered(simulation, unless: isBad).count == 318 - bad.count)
        #expect(simulation.machine.report.seriesRejected == bad.count)
        #expect(simulation.machine.report.rejectedSeries.count == 10)
        let refused = simulation.machine.report.pushesFailed["rejected"] ?? 0
        #expect(refused <= 9 * bad.count, "\(refused)")
        // Not more than the policy's number within an interval.
        let perTick = Dictionary(grouping: simulation.pushes) { Int($0.at.seconds / 5) }.mapValues { pushes in
            pushes.count { $0.updates.contains { isBad($0.labels.decoded[0].value) } }
        }
        #expect(perTick.values.allSatisfy { $0 <= 257 }, "\(perTick)")
    }

    @Test func aReceiverThatRefusesEverythingIsNotAskedForEachSeries() {
        var simulation = simulation(7_887) { _ in true }
        simulation.run(until: .seconds(9))
        #expect(simulation.pushes.count <= 15)
        let first = simulation.pushes.count
        for tick in 2...5 {
            simulation.submit(Double(tick), (0..<7_887).map { "s\($0)" })
            simulation.run(until: .seconds(5 * tick + 4))
        }
        // One a tick from then on, and the person is told once.
        #expect(simulation.pushes.count == first + 4)
        #expect(simulation.notices == [.refused(.rejected, message: "message")])
        #expect(simulation.machine.report.seriesRejected == 0)
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.undelivered?.count == 7_887)
        #expect(simulation.pushes.count <= first + 4 + 15)
    }

    @Test func afterARefusalOfEverythingASuccessMakesItSearchAgain() {
        var simulation = simulation(100) { _ in true }
        simulation.run(until: .seconds(9))
        simulation.judge = nil
        simulation.submit(2, (0..<100).map { "s\($0)" })
        simulation.run(until: .seconds(14))
        #expect(simulation.machine.report.seriesUndelivered == 0)
        simulation.judge = { $0.contains { $0.labels.decoded[0].value == "s7" } ? .unacceptable(.rejected) : .delivered }
        simulation.submit(3, (0..<100).map { "s\($0)" })
        simulation.run(until: .seconds(19))
        #expect(simulation.machine.report.rejectedSeries == ["s7{}"] && simulation.machine.report.seriesUndelivered == 1)
    }

    @Test func aSeriesThatIsWantedAgainComesBack() {
        var simulation = simulation(20) { $0 == "s3" }
        simulation.run(until: .seconds(9))
        #expect(simulation.machine.report.seriesRejected == 1)
        simulation.judge = nil
        simulation.run(until: .seconds(30))
        #expect(simulation.machine.report.seriesRejected == 0 && simulation.machine.report.rejectedSeries.isEmpty)
        #expect(simulation.machine.report.seriesUndelivered == 0)
        simulation.submit(2, (0..<20).map { "s\($0)" })
        simulation.run(until: .seconds(40))
        #expect(simulation.pushes.last?.updates.count == 20)
    }

    /// A body limit, as of a proxy in front of the receiver: smaller pushes, and the size is remembered.
    @Test(arguments: [1, 7, 100, 5_000])
    func pushesThatAreTooLargeBecomeSmaller(_ limit: Int) {
        var simulation = Simulation()
        simulation.judge = { $0.count > limit ? .unacceptable(.tooLarge) : .delivered }
        let names = (0..<500).map { "s\($0)" }
        simulation.submit(1, names)
        simulation.answerTime = .milliseconds(1)
        simulation.run(until: .seconds(9))
        let failed = simulation.machine.report.pushesFailed["too-large"] ?? 0
        #expect(failed <= 9 && (failed > 0) == (limit < 500))
        #expect(simulation.machine.report.seriesUndelivered == 0 && simulation.machine.report.samplesSent == 500)
        simulation.submit(2, names)
        simulation.run(until: .seconds(14))
        #expect(simulation.machine.report.pushesFailed["too-large"] ?? 0 == failed)
        #expect(simulation.machine.report.samplesSent == 1000 && simulation.notices.isEmpty)
    }

    @Test func everythingTooLargeEndsSoon() {
        var simulation = Simulation()
        simulation.judge = { _ in .unacceptable(.tooLarge) }
        simulation.submit(1, (0..<7_887).map { "s\($0)" })
        simulation.run(until: .seconds(9))
        #expect(simulation.pushes.count <= 14)
        simulation.send(.finish(drain: .seconds(60)))
        simulation.run(until: .seconds(100))
        #expect(simulation.undelivered?.count == 7_887 && simulation.pushes.count <= 28)
    }

    /// Refused although the others of the request were stored (Mimir, newer Prometheus): what is sent again is the same.
    @Test func whatWasStoredIsNotSentInALoop() {
        let isBad = { @Sendable (name: String) in name == "s5" }
        var simulation = simulation(64, refusing: isBad)
        simulation.run(until: .seconds(60))
        var seen: [String: Set<Int64>] = [:]
        for push in simulation.pushes {
            for update in push.updates { seen[update.labels.decoded[0].value, default: []].insert(update.timestampMilliseconds) }
        }
        #expect(seen.values.allSatisfy { $0.count == 1 })
        let sendings = simulation.pushes.indices.reduce(0) { $0 + simulation.names($1).count }
        #expect(sendings <= 64 * 7)
        #expect(simulation.pushes.last.map { $0.at < .seconds(50) } == true)
    }

    /// An answer that is late or missing interrupts the search, it does not end it.
    @Test func aTimeoutInTheMiddleOfTheSearchDoesNotEndIt() {
        var simulation = Simulation()
        var answers = 0
        simulation.judge = { updates in
            answers += 1
            if answers % 4 == 2 { return .retry(.serverError, after: nil) }
            return updates.contains { $0.labels.decoded[0].value == "s77" } ? .unacceptable(.rejected) : .delivered
        }
        simulation.submit(1, (0..<200).map { "s\($0)" })
        simulation.run(until: .seconds(60))
        #expect(simulation.machine.report.seriesUndelivered == 1 && simulation.machine.report.rejectedSeries == ["s77{}"])
    }

    @Test func theSearchTakesPlaceInTheFinalPushToo() {
        let isBad = { @Sendable (name: String) in name == "s9" || name == "s300" }
        var simulation = simulation(318, refusing: isBad)
        simulation.run(until: .seconds(1))
        simulation.send(.finish(drain: .zero))
        simulation.run(until: .seconds(10))
        #expect(Set(simulation.undelivered?.map(\.labels.decoded[0].value) ?? []) == ["s9", "s300"])
        #expect(simulation.machine.report.samplesSent == 316)
    }

    /// 401, 404 and the like are about the request as a whole.
    @Test func whatIsNotAboutTheContentIsNotSearched() {
        #expect(PushOutcome.verdict(status: 400, retryAfter: nil) == .unacceptable(.rejected))
        #expect(PushOutcome.verdict(status: 409, retryAfter: nil) == .unacceptable(.rejected))
        #expect(PushOutcome.verdict(status: 413, retryAfter: nil) == .unacceptable(.tooLarge))
        #expect(PushOutcome.verdict(status: 422, retryAfter: nil) == .unacceptable(.rejected))
        for status in [401, 403, 404, 405, 415] {
            #expect(PushOutcome.verdict(status: status, retryAfter: nil) == .refused(.rejected))
        }
        var simulation = Simulation()
        simulation.judge = { _ in .refused(.rejected) }
        simulation.submit(1, (0..<318).map { "s\($0)" })
        simulation.run(until: .seconds(9))
        #expect(simulation.pushes.count == 1)
    }
}
