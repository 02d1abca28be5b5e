// A result is the same after a journey through a summary, of ours or, as far as it goes, of k6's; and through Codable.

import Foundation
import Generator
import Testing

@testable import Base
@testable import Metrics

struct RunResultTests {
    private static func result(
        _ records: [RunRecord], samples: [GeneratorSample] = [], context: RunContext = context(),
        remoteWrite: RemoteWriteResult? = nil, tasks: [TaskOutcome] = []
    ) -> RunResult {
        RunResult(
            statistics: RunStatisticsTests.statistics(records, samples: samples, context: context),
            context: context, outcome: Samples.outcome, remoteWrite: remoteWrite, tasks: tasks)
    }

    /// With everything that may be absent.
    private static func context() -> RunContext {
        var context = Samples.context()
        context.machine.memoryLimitBytes = 1 << 30
        context.resolvedScenario = .object([("maxVUs", .int(20)), ("name", .string("demo")), ("think_time", .string("0"))])
        return context
    }

    private func readBack(_ result: RunResult) throws -> RunResult {
        try Summary(jsonData: Summary(result).jsonData(), path: "s").result
    }

    @Test func isTheSameAfterASummary() throws {
        for count in [0, 1, 3_000] {
            let result = Self.result(Stream.records(count: count, seed: 5))
            #expect(try readBack(result) == result)
        }
        var closed = Self.context()
        closed.plannedArrivals = nil
        let result = Self.result(Stream.records(count: 500, seed: 6), context: closed)
        #expect(try readBack(result) == result)
    }

    @Test func isTheSameWithTasksAndRemoteWrite() throws {
        var task = TaskOutcome(index: 1, state: .cutOff)
        task.host = "node1"
        task.consume(Samples.request())
        let delivery = RemoteWriteResult(
            url: "http://127.0.0.1/", series: 5, seriesUndelivered: 2, rejectedSeries: ["a{}"], undeliveredFile: "f", pushCommand: "push",
            pushesFailed: ["timeout": 3], longestOutageSeconds: 1.25, lastError: "timeout", areStaleMarkersDelivered: false,
            foldedLabels: ["label": 7])
        let result = Self.result(
            Stream.records(count: 300, seed: 7), remoteWrite: delivery, tasks: [TaskOutcome(index: 0, state: .complete), task])
        #expect(try readBack(result) == result)
        #expect(result.lostTasks == [1])
    }

    @Test func isTheSameAfterCoding() throws {
        let result = Self.result(Stream.records(count: 2_000, seed: 8))
        #expect(try JSONDecoder().decode(RunResult.self, from: JSONEncoder().encode(result)) == result)
    }

    @Test func saysWhatTheRecordsSay() throws {
        let records = Stream.records(count: 3_000, seed: 9)
        let result = Self.result(records, samples: Stream.samples(count: 3_000))
        let finals = records.filter { $0.kind == .request && $0.flags.contains(.final) && !$0.flags.contains(.interrupted) }
        #expect(result.metrics.count(.finished) == UInt64(finals.count))
        #expect(result.rate(.finished) == Double(finals.count) / 12)
        #expect(result.errors.reduce(0) { $0 + $1.count } == result.metrics.count(.failed))
        #expect(result.labels.map(\.name) == ["short", "long"])
        #expect(result.labels.reduce(0) { $0 + $1.metrics.count(.finished) } == result.metrics.count(.finished))
        #expect(result.labels[0].errorsByStatus.values.reduce(0, +) == result.labels[0].metrics.count(.failed))
        #expect(result.punctuality.keptUp == true)
        // Everything the catalogue promises for a run with everything is there.
        let missing = Catalog.all.filter(\.isResult).map(\.name).filter { result.metrics[$0] == nil }
        #expect(
            missing.filter { $0.section != "stream" && $0.section != "goodput" }
                == [.cachedTokens, .reasoningTokens, .cachedShare, "rate_limit.longest_retry_after_seconds"])
    }

    @Test func countsTheConnectionsGivenUp() throws {
        let samples = [2, 3].map { (second: Int64) in
            GeneratorSample(
                time: second * 1_000_000_000, virtualUsers: 1, maxVirtualUsers: 1, inFlight: 0, cpuTime: 0, residentBytes: 0,
                loopDelay: 0, strayConnections: UInt32(second))
        }
        let summary = Summary(Self.result([], samples: samples))
        #expect(summary.document[path: "sml", "connections", "given_up"] == .int(5))
        #expect(summary.textBlock(color: false).contains(", 5 given up: the server sent what nobody had asked for\n"))
        #expect(!Summary(Self.result([])).textBlock(color: false).contains("given up"))
    }

    /// Written by the version before, with the keys it had.
    @Test func readsTheSchemaBefore() throws {
        let result = Self.result(Stream.records(count: 400, seed: 10))
        guard case .object(let members) = Summary(result).document, case .object(let own)? = members.last?.value else { return }
        let old = own.map { member in
            switch member.key {
            case "schema": JSON.Member("schema", .int(1))
            case "run": JSON.Member("run", (try? JSON(encoding: Self.context())) ?? .null)
            default: member
            }
        }
        let text = JSON.object(members.dropLast() + [.init("sml", .object(old))]).bytes(indentation: 2)
        #expect(try Summary(jsonData: text, path: "s").result == result)
    }

    @Test func keysAreInSnakeCase() throws {
        let cases = [
            "preAllocatedVUs": "pre_allocated_vus", "maxVUs": "max_vus", "vus": "vus",
            "startedUnixNanoseconds": "started_unix_nanoseconds",
        ]
        for (camel, snake) in cases {
            #expect(RunDescription.snakeCase(camel) == snake && RunDescription.camelCase(snake) == camel)
            #expect(RunDescription.snakeCase(snake) == snake && RunDescription.camelCase(camel) == camel)
        }
        func keys(_ value: JSON, _ path: String = "") -> [String] {
            value.members.filter { $0.0 != "resolved_scenario" && $0.0 != "labels" }.flatMap { [$0.0] + keys($0.1) }
                + value.elements.flatMap { keys($0) }
        }
        let own = try #require(Summary(Self.result(Stream.records(count: 400, seed: 11))).document["sml"])
        #expect(keys(own).filter { $0.contains { $0.isUppercase } } == [])
    }

    @Test(arguments: ["constant-vus", "constant-arrival-rate", "interrupted"])
    func readsK6sDocumentsAsFarAsTheyGo(name: String) throws {
        let golden = try JSONDecoder().decode(JSON.self, from: Fixtures.data("\(name).summary.json"))
        let export = try #require(golden["summary_export_json"])
        let result = try #require(RunResult(document: export))
        #expect(result.run == nil && result.formulas == nil && result.outcome == nil)
        for (k6, value) in export["metrics"]?.members ?? [] {
            let metric = try #require(Catalog.k6.first { $0.k6 == k6 }, "\(k6)")
            #expect(result.metrics[metric.name] != nil, "\(k6)")
            if metric.kind == .trend { #expect(result.metrics.trend(metric.name)?.p99 == value["p(99)"]?.number) }
            if metric.kind == .counter { #expect(Double(result.metrics.count(metric.name)) == value["count"]?.number) }
        }
        let document = try #require(golden["handleSummary_json"])
        let other = try #require(RunResult(document: document))
        #expect(other.scenario == document["scenario"]?.text)
        #expect(other.metrics.count(.httpRequests) == result.metrics.count(.httpRequests))
        if let p95 = result.metrics.trend(.endToEnd)?.p95 {
            #expect(abs(p95 - (other.metrics.trend(.endToEnd)?.p95 ?? .nan)) <= 0.5)
        }
        #expect(RunResult(document: .object([])) == nil)
    }
}
