// A run's statistics against the definitions, record by record and over a random stream computed by brute force.

import Foundation
import Generator
import Testing

@testable import Metrics

struct RunStatisticsTests {
    static func statistics(
        _ records: [RunRecord], samples: [GeneratorSample] = [], texts: TextTable = TextTable(), context: RunContext = Samples.context()
    ) -> RunStatistics {
        var statistics = RunStatistics(context: context, texts: texts)
        records.withUnsafeBufferPointer { statistics.consume($0) }
        for sample in samples { statistics.consume(sample) }
        return statistics
    }

    @Test func aRecordMayStandForManyDroppedArrivals() {
        var many = RunRecord(kind: .dropped)
        many.scheduled = 2_999_999_999
        many.iteration = 4_999_999
        var one = RunRecord(kind: .dropped)
        one.scheduled = 3_000_000_000
        one.flags = .paused
        let run = Self.statistics([many, one, one])
        #expect(run.dropped.total == 5_000_002 && run.answers.pausedArrivals.total == 2)
        #expect(run.timeline.buckets.map(\.dropped) == [0, 0, 5_000_000, 2])
        #expect(run.records.total == 3)
    }

    @Test func timingsOfAGoodExchange() throws {
        let run = Self.statistics([Samples.request(at: 100, latency: 50)])
        let group = try #require(run.exchanges.first)
        #expect(group.requests.total == 1)
        #expect(group.duration.max == 49)
        #expect(group.blocked.max == 1)
        #expect(group.waiting.max == 48.5)
        #expect(group.receiving.max == 0.5)
        #expect(group.sending.max == 0)
        #expect(group.lastSample == 150_000_000)
        #expect(group.failed == Rate(passes: 0, total: 1))
        #expect(run.labels[0].latency.max == 50)
        #expect(run.labels[0].latencyFromSchedule.max == 50.2)
        #expect(run.labels[0].tokensPerSecond.max == 1280)
        #expect(run.startLateness.max == 0.2)
        #expect(run.sendLateness.max == 1.2)
        #expect(run.iterations.total == 1)
        #expect(run.iterationDuration.max == 50)
        #expect(run.finishReasons == [.stop: 1])
        #expect(run.connectionsOpened.total == 1)
    }

    @Test func seriesLabelsAreK6s() throws {
        let texts = TextTable()
        var failed = Samples.request(label: 1, status: 0)
        failed.errorCode = 1220
        failed.errorText = texts.index(of: "read: connection reset by peer")
        failed.httpVersion = 0
        var redirectedTo = Samples.request()
        redirectedTo.url = texts.index(of: "https://user:pw@other/x")
        redirectedTo.flags.insert(.methodGet)
        redirectedTo.httpVersion = 20
        redirectedTo.tlsVersion = 13
        let run = Self.statistics([Samples.request(), failed, redirectedTo], texts: texts)
        let rendered = run.exchanges.map { $0.seriesLabels.map { "\($0.name)=\($0.value)" } }
        let url = Samples.url
        #expect(
            rendered == [
                [
                    "expected_response=true", "label=short", "method=POST", "name=\(url)", "proto=HTTP/1.1",
                    "status=200", "stream=false", "url=\(url)",
                ],
                [
                    "error=read: connection reset by peer", "error_code=1220", "expected_response=false", "label=long",
                    "method=POST", "name=\(url)", "status=0", "stream=false", "url=\(url)",
                ],
                [
                    "expected_response=true", "label=short", "method=GET", "name=https://****:****@other/x",
                    "proto=HTTP/2.0", "status=200", "stream=false", "tls_version=tls1.3",
                    "url=https://****:****@other/x",
                ],
            ])
    }

    /// Every label set of k6's http_req series in the golden runs, reproduced from a record.
    @Test func seriesLabelsEqualTheGoldenOnes() throws {
        let golden = try JSONDecoder().decode([[String: String]].self, from: Fixtures.data("exchange-labelsets.json"))
        #expect(golden.count > 30)
        for expected in golden {
            let texts = TextTable()
            var record = RunRecord(kind: .request)
            record.status = try #require(UInt16(expected["status"] ?? ""))
            record.errorCode = UInt16(expected["error_code"] ?? "0") ?? 0
            record.errorText = texts.index(of: expected["error"] ?? "")
            if expected["url"] != Samples.url { record.url = texts.index(of: expected["url"] ?? "") }
            if expected["method"] == "GET" { record.flags.insert(.methodGet) }
            record.httpVersion = ["HTTP/1.1": 11, "HTTP/2.0": 20][expected["proto"] ?? ""] ?? 0
            record.tlsVersion = expected["tls_version"] == "tls1.3" ? 13 : 0
            var run = RunStatistics(labels: [expected["label"] ?? ""], texts: texts, mainURL: Samples.url)
            run.consume(record)
            let ours = try #require(run.exchanges.first).seriesLabels
            #expect(Dictionary(uniqueKeysWithValues: ours.map { ($0.name, $0.value) }) == expected)
            #expect(ours.map(\.name) == ours.map(\.name).sorted())
        }
    }

    @Test func nothingSentMeansAllTimingsAreZero() throws {
        var record = Samples.request(status: 0)
        record.sent = -1
        record.firstByte = -1
        record.flags = [.final, .endsIteration]
        record.errorCode = 1212
        let run = Self.statistics([record])
        let group = try #require(run.exchanges.first)
        for trend in [group.duration, group.blocked, group.connecting, group.waiting, group.receiving] {
            #expect(trend.count == 1)
            #expect(trend.max == 0)
        }
        #expect(run.labels[0].latency.max == 50)
        #expect(run.labels[0].errors == [.init(status: 0, counter: counter(1), lastSample: record.end)])
        #expect(run.labels[0].promptTokens.isEmpty)
        #expect(run.sendLateness.isEmpty)
        #expect(run.connectionsOpened.total == 0)
    }

    @Test func sendingIsNotWaiting() throws {
        var record = Samples.request()
        record.sending = 20_000_000
        let group = try #require(Self.statistics([record]).exchanges.first)
        // Of 50 ms, sent after 1 and answered 0.5 before the end.
        #expect(group.sending.max == Double(record.sending) / 1e6 && abs(group.sending.max - 20) < 0.01)
        #expect(abs(group.sending.max + group.waiting.max - 48.5) < 1e-9)
        #expect(abs(group.sending.max + group.waiting.max + group.receiving.max - group.duration.max) < 1e-9)
        record.firstByte = -1
        let silent = try #require(Self.statistics([record]).exchanges.first)
        #expect(abs(silent.sending.max + silent.waiting.max - 49) < 1e-9 && silent.receiving.max == 0)
    }

    @Test func noByteMeansWaitingUntilTheEnd() throws {
        var record = Samples.request(status: 0)
        record.firstByte = -1
        let group = try #require(Self.statistics([record]).exchanges.first)
        #expect(group.waiting.max == 49)
        #expect(group.receiving.max == 0)
    }

    @Test func redirectHopsAreExchangesOfOneRequest() {
        var first = Samples.request(at: 100, latency: 10, status: 307)
        first.flags = []
        first.iteration = 7
        var last = Samples.request(at: 110, latency: 30)
        last.iteration = 7
        last.hop = 1
        last.scheduled = 0
        let run = Self.statistics([first, last])
        #expect(run.requests.total == 2)
        #expect(run.started.total == 1)
        #expect(run.finished.total == 1)
        #expect(run.labels[0].latency.max == 40)
        #expect(run.labels[0].latencyFromSchedule.max == 40.2)
        #expect(run.iterationDuration.max == 40)
        #expect(run.startLateness.count == 1)
    }

    @Test func interruptedCountsApart() {
        var cut = Samples.request(at: 1_000, latency: 700)
        cut.flags = [.final, .endsIteration, .interrupted]
        cut.phaseRaw = TransferPhase.wait.rawValue
        var thinking = RunRecord(kind: .iterationEnd)
        thinking.flags = .interrupted
        let run = Self.statistics([cut, thinking])
        #expect(run.exchanges.isEmpty)
        #expect(run.labels[0].latency.isEmpty)
        #expect(run.labels[0].interrupted.total == 1)
        #expect((run.interrupted.total, run.interruptedIterations.total) == (1, 2))
        #expect(run.interruptedAge.max == 700)
        #expect(run.interruptedPhases == [.wait: 1])
        #expect((run.iterations.total, run.finished.total, run.started.total) == (0, 0, 1))
        #expect((run.bytesSent.total, run.bytesReceived.total) == (300, 400))
        #expect(run.startLateness.count == 1)
    }

    @Test func iterationsWithThinkTimeEndInTheirOwnRecord() {
        var request = Samples.request(at: 0, latency: 50)
        request.flags.remove(.endsIteration)
        var end = RunRecord(kind: .iterationEnd)
        end.started = 0
        end.end = 550_000_000
        let run = Self.statistics([request, end])
        #expect(run.iterations.total == 1)
        #expect(run.iterationDuration.max == 550)
    }

    @Test func failuresAreSortedByWhatWentWrong() {
        var notJSON = Samples.request(at: 500)
        notJSON.flags = .final
        notJSON.iteration = 5
        var earlier = notJSON
        earlier.end -= 400_000_000
        earlier.iteration = 1
        var noChoices = Samples.request()
        noChoices.flags = [.final, .parsed]
        var noContent = Samples.request(status: 204)
        noContent.flags = .final
        var busy = Samples.request(status: 503)
        busy.flags = [.final, .parsed]
        busy.errorCode = 1503
        let run = Self.statistics([notJSON, earlier, noChoices, noContent, busy])
        #expect(run.failures.map(\.key.content) == [.notJSON, .noChoices, .notOK, .none])
        #expect(run.failures.map(\.count.total) == [2, 1, 1, 1])
        #expect(run.failures[0].first.iteration == 1)
        #expect(run.success.passes == 0)
        #expect((run.statusCheck.passes, run.choicesCheck.passes) == (3, 0))
    }

    /// k6's two checks stay what they are; success, errors and tokens are ours.
    @Test func anAnswerThatSaysItFailedIsNoSuccess() {
        var run = RunStatistics(labels: ["a"], texts: TextTable(), mainURL: Samples.url)
        var failed = Samples.request(latency: 10)
        failed.flags.insert(.reportsFailure)
        failed.finishReasonRaw = FinishReason.abort.rawValue
        for record in [Samples.request(), failed, Samples.request(latency: 30)] { run.consume(record) }
        #expect(run.statusCheck.passes == 3 && run.choicesCheck.passes == 3)
        #expect(run.success.passes == 2 && run.success.total == 3)
        #expect(run.failures.map(\.key.content) == [.reported] && run.failures[0].count.total == 1)
        #expect(run.labels[0].errors.map(\.status) == [200] && run.labels[0].success.passes == 2)
        #expect(run.labels[0].completionTokens.count == 2 && run.labels[0].latency.count == 3)
        #expect(run.finishReasons == [.stop: 2])
        // Of no answer: the status says it all.
        failed.status = 500
        failed.errorCode = 1500
        run.consume(failed)
        #expect(run.failures.last?.key.content == FailureStatistics.Content.none)
    }

    @Test func samplesAndDrops() {
        func sample(_ second: Int64, cpu: Int64, inFlight: UInt32) -> GeneratorSample {
            GeneratorSample(
                time: second * 1_000_000_000, virtualUsers: inFlight, maxVirtualUsers: 20, inFlight: inFlight,
                cpuTime: cpu * 1_000_000, residentBytes: 30 << 20, loopDelay: 250_000)
        }
        var dropped = RunRecord(kind: .dropped)
        dropped.scheduled = 1_500_000_000
        let run = Self.statistics(
            [dropped, dropped], samples: [sample(0, cpu: 100, inFlight: 0), sample(1, cpu: 350, inFlight: 4)])
        #expect(run.generator.inFlight.max == 4)
        #expect(run.generator.cpuShare.max == 0.25)
        #expect(run.generator.cpuSeconds == 0.25)
        #expect(run.generator.loopDelay.max == 0.25)
        #expect(run.dropped.total == 2)
        #expect(run.timeline.buckets[1].dropped == 2)
        #expect(run.records.total == 4)
    }

    @Test func unknownKindsAndLabelsAreCountedAndSkipped() {
        var kind = Samples.request()
        kind.kindRaw = 77
        let run = Self.statistics([kind, Samples.request(label: 9)])
        #expect(run.records.total == 2)
        #expect(run.finished.total == 0)
    }

    @Test func aCopyIsASnapshot() {
        var run = Self.statistics([Samples.request()])
        let snapshot = run
        run.consume(Samples.request())
        #expect(snapshot.finished.total == 1)
        #expect(run.finished.total == 2)
    }

    @Test func timelineCoarsensInLongRuns() {
        var timeline = Timeline()
        for second in 0..<10_000 { timeline.update(Int64(second) * 1_000_000_000) { $0.finished += 1 } }
        #expect(timeline.width == 4)
        #expect(timeline.buckets.count == 2_500)
        #expect(timeline.buckets.allSatisfy { $0.finished == 4 })
        #expect(timeline.finishedPerSecond(before: 9_999_000_000_000) == 1)
    }

    /// Totals and quantiles of a mixed stream, computed the slow way from the records themselves.
    @Test func equalsBruteForceOverARandomStream() {
        let records = Stream.records(count: 20_000, seed: 42)
        let run = Self.statistics(records)
        let requests = records.filter { $0.kind == .request }
        let finals = requests.filter { $0.flags.contains(.final) && !$0.flags.contains(.interrupted) }
        #expect(run.requests.total == UInt64(finals.count))
        #expect(run.interrupted.total == UInt64(requests.count - finals.count))
        #expect(run.started.total == run.finished.total + run.interrupted.total)
        #expect(run.dropped.total == UInt64(records.filter { $0.kind == .dropped }.count))
        let values = MetricValues(RunConclusion(statistics: run, context: Samples.context(), outcome: Samples.outcome))
        #expect(values.rate(.failedExchanges)?.passes == UInt64(finals.filter { !(200...399).contains($0.status) }.count))
        #expect(run.bytesReceived.total == requests.reduce(0) { $0 + UInt64($1.bytesReceived) })
        let good = finals.filter { $0.status == 200 && $0.flags.contains(.hasChoices) }
        #expect(run.success.passes == UInt64(good.count))
        #expect(run.failures.reduce(0) { $0 + $1.count.total } == UInt64(finals.count - good.count))
        for label in 0..<2 {
            let latencies = finals.filter { Int($0.label) == label }.map { Double($0.end - $0.started) / 1e6 }
            for percent in [50.0, 90, 95, 99] {
                let expected = TrendTests.bruteForce(latencies, percent)
                #expect(abs(run.labels[label].latency.percentile(percent) - expected) <= 0.001 * expected)
            }
        }
        let durations = finals.map { $0.sent < 0 ? 0 : Double($0.end - $0.sent) / 1e6 }
        let duration = run.timing(\.duration)
        #expect(duration.max == durations.max())
        #expect(abs(duration.average - durations.reduce(0, +) / Double(durations.count)) < 1e-9 * duration.max)
        #expect(abs(duration.percentile(99) - TrendTests.bruteForce(durations, 99)) <= 0.001 * duration.percentile(99))
        let expected = finals.filter { (200...399).contains($0.status) }
        #expect(run.timing(\.duration, expectedOnly: true).count == expected.count)
    }

    private func counter(_ total: UInt64) -> Counter {
        var counter = Counter()
        counter.add(total)
        return counter
    }
}
