// The document: k6's two schemas key by key, our part against brute force, and that it survives a file.

import Foundation
import Generator
import Base
import Scenarios
import Testing

@testable import Metrics

struct SummaryTests {
    static func summary(
        _ records: [RunRecord], samples: [GeneratorSample] = [], context: RunContext = Samples.context(),
        outcome: RunOutcome = Samples.outcome, texts: TextTable = TextTable(), redactor: Redactor = Redactor()
    ) -> Summary {
        let statistics = RunStatisticsTests.statistics(records, samples: samples, texts: texts, context: context)
        return SummaryBuilder.build(statistics: statistics, context: context, outcome: outcome, redactor: redactor)
    }

    static func sample(_ time: Int64 = 1_000_000_000) -> GeneratorSample {
        GeneratorSample(
            time: time, virtualUsers: 3, maxVirtualUsers: 3, inFlight: 1, cpuTime: 5_000_000,
            residentBytes: 30 << 20, loopDelay: 200_000)
    }

    /// Kind of every leaf by path: what a reader of k6's file relies on.
    private func shape(_ value: JSON, _ path: String = "") -> [String: String] {
        switch value {
        case .object(let members):
            return members.reduce(into: [path: "object"]) { $0.merge(shape($1.value, "\(path)/\($1.key)")) { $1 } }
        case .array: return [path: "array"]
        case .string: return [path: "string"]
        case .number: return [path: "number"]
        case .bool: return [path: "bool"]
        case .null: return [path: "null"]
        }
    }

    private func golden(_ name: String, _ key: String) throws -> JSON? {
        try JSONDecoder().decode(JSON.self, from: Fixtures.data("\(name).summary.json"))[key]
    }

    private func withoutOurs(_ summary: Summary) -> [String: String] {
        shape(summary.document).filter { !$0.key.hasPrefix("/sml") }
    }

    @Test(arguments: ["constant-vus", "ramping-vus", "http2-tls13"])
    func hasK6sKeysAndTypesAfterAGoodRun(name: String) throws {
        let ours = withoutOurs(Self.summary([Samples.request()], samples: [Self.sample()]))
        let a = shape(try #require(try golden(name, "handleSummary_json")))
        let b = shape(try #require(try golden(name, "summary_export_json")))
        #expect(ours == a.merging(b) { $1 })
    }

    @Test func hasK6sKeysAfterARunWithDropsAndErrors() throws {
        var failed = Samples.request(status: 500)
        failed.flags = [.final, .endsIteration]
        failed.errorCode = 1500
        var dropped = RunRecord(kind: .dropped)
        dropped.scheduled = 5
        let ours = withoutOurs(Self.summary([Samples.request(), failed, dropped], samples: [Self.sample()]))
        var k6 = shape(try #require(try golden("constant-arrival-rate", "summary_export_json")))
        k6.merge(shape(try #require(try golden("constant-arrival-rate", "handleSummary_json")))) { $1 }
        // The golden run dropped arrivals but had no errors.
        #expect(k6["/metrics/dropped_iterations/count"] == "number")
        k6["/metrics/request_errors"] = "object"
        k6["/metrics/request_errors/count"] = "number"
        k6["/metrics/request_errors/rate"] = "number"
        #expect(ours == k6)
    }

    @Test func hasK6sKeysWhenEverythingWasInterrupted() throws {
        var cut = Samples.request()
        cut.flags = [.final, .endsIteration, .interrupted]
        let summary = Self.summary([cut], samples: [Self.sample()])
        let a = shape(try #require(try golden("interrupted", "handleSummary_json")))
        let b = shape(try #require(try golden("interrupted", "summary_export_json")))
        #expect(withoutOurs(summary) == a.merging(b) { $1 })
        let k6 = try #require(try golden("interrupted", "handleSummary_json"))
        for key in ["latency", "throughput", "tokens", "thresholds", "latency_by_label"] {
            #expect(summary.document[key]?.canonical == k6[key])
        }
    }

    @Test func writesK6sTexts() {
        let records = (0..<4).map { Samples.request(at: Double($0) * 100, latency: 50 + Double($0)) }
        let document = Self.summary(records).document
        let latency = [("e2e_p50", "52ms"), ("e2e_p95", "53ms"), ("e2e_p99", "53ms")]
        #expect(document["latency"] == .object(latency.map { ($0, .string($1)) }))
        #expect(document[path: "throughput", "req_per_sec"] == .string("0.33"))
        #expect(document[path: "throughput", "success_rate"] == .string("100.0%"))
        #expect(document[path: "tokens", "avg_completion_tokens"] == .string("64.0"))
        #expect(document[path: "metrics", "http_reqs", "rate"] == .double(4.0 / 12))
    }

    @Test func ourPartAgreesWithBruteForce() throws {
        let records = Stream.records(count: 3_000, seed: 9)
        let document = Self.summary(records, samples: Stream.samples(count: 3_000)).document
        let sml = try #require(document["sml"])
        let finals = records.filter {
            $0.kind == .request && $0.flags.contains(.final) && !$0.flags.contains(.interrupted)
        }
        let good = finals.filter { $0.status == 200 && $0.flags.contains(.hasChoices) }
        #expect(sml[path: "counts", "finished"]?.integer == Int64(finals.count))
        #expect(sml[path: "counts", "failed"]?.integer == Int64(finals.count - good.count))
        #expect(sml[path: "counts", "planned"]?.integer == 100)
        #expect(document[path: "throughput", "error_count"]?.integer == Int64(finals.count - good.count))
        let latencies = finals.filter { $0.label == 1 }.map { Double($0.end - $0.started) / 1e6 }
        #expect(sml[path: "labels", "long", "end_to_end_ms", "p95"]?.number == TrendTests.bruteForce(latencies, 95))
        let scheduled = finals.map { Double($0.end - $0.scheduled) / 1e6 }
        #expect(sml[path: "latency", "from_schedule_ms", "p99"]?.number == TrendTests.bruteForce(scheduled, 99))
        let service = finals.map { $0.sent < 0 ? 0 : Double($0.end - $0.sent) / 1e6 }
        #expect(document[path: "metrics", "http_req_duration", "p(90)"]?.number == TrendTests.bruteForce(service, 90))
        let cut = records.filter { $0.flags.contains(.interrupted) }.map { Double($0.end - $0.started) / 1e6 }
        #expect(sml[path: "interrupted", "age_ms", "max"]?.number == cut.max())
        let errors = try #require(sml["errors"]).elements
        #expect(errors.compactMap { $0["count"]?.integer } == errors.compactMap { $0["count"]?.integer }.sorted(by: >))
        #expect(errors.reduce(0) { $0 + ($1["count"]?.integer ?? 0) } == Int64(finals.count - good.count))
        #expect(sml[path: "lateness", "kept_up"] == .bool(true))
        #expect(sml[path: "outcome", "started"] == .string("2023-11-14T22:13:20.123Z"))
        #expect(sml[path: "run", "plan", "prompt_seed"]?.integer == 1)
    }

    @Test func hidesSecrets() throws {
        let texts = TextTable()
        var failed = Samples.request(status: 0)
        failed.flags = .final
        failed.errorCode = 1000
        failed.errorText = texts.index(of: "proxy http://u:p@h said Authorization: Bearer abc, key sk-secret")
        let summary = Self.summary([failed], texts: texts, redactor: Redactor(secrets: ["sk-secret"]))
        let text = String(decoding: summary.jsonData(), as: UTF8.self) + summary.textBlock(color: false)
        for secret in ["sk-secret", "u:p@", "abc", "hidden-value"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func isDeterministicAndReadsBack() throws {
        let records = Stream.records(count: 2_000, seed: 3)
        let first = Self.summary(records, samples: Stream.samples(count: 2_000))
        let second = Self.summary(records, samples: Stream.samples(count: 2_000))
        #expect(first.jsonData() == second.jsonData())
        let back = try Summary(jsonData: first.jsonData(), path: "s")
        #expect(back == first)
        #expect(back.jsonData().count == first.jsonData().count)
        #expect(back.textBlock(color: false) == first.textBlock(color: false))
        #expect(throws: SummaryError(path: "s", reason: "not a JSON document")) {
            try Summary(jsonData: Array("{".utf8), path: "s")
        }
        #expect(throws: SummaryError.self) { try Summary(jsonData: Array("{}".utf8), path: "s") }
        #expect(throws: SummaryError(path: "s", reason: "sml.schema is 3, this version reads up to 2")) {
            try Summary(jsonData: Array(#"{"sml":{"schema":3}}"#.utf8), path: "s")
        }
    }

    @Test func isRebuiltFromTheRecordsFile() throws {
        let path = Fixtures.temporaryPath("rebuild.bin")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let texts = TextTable()
        var failed = Samples.request(status: 0)
        failed.flags = .final
        failed.errorCode = 1220
        failed.errorText = texts.index(of: "read: connection reset by peer")
        let records = Stream.records(count: 8_000, seed: 4) + [failed, failed]
        let samples = Stream.samples(count: 8_000)
        let writer = try RecordFileWriter(path: path, context: Samples.context(), texts: texts)
        records.withUnsafeBufferPointer { writer.append($0) }
        for sample in samples { writer.append(sample) }
        writer.flush()
        let unfinished = try SummaryBuilder.rebuild(fromRecords: path)
        #expect(unfinished.document[path: "sml", "outcome", "reason"] == .string("the records file has no end"))
        try writer.finish(Samples.outcome)
        let rebuilt = try SummaryBuilder.rebuild(fromRecords: path)
        #expect(rebuilt.jsonData() == Self.summary(records, samples: samples, texts: texts).jsonData())
    }

    @Test func isWrittenAtomically() throws {
        let path = Fixtures.temporaryPath("summary.json")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let summary = Self.summary([Samples.request()])
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        try summary.write(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(summary.jsonData()))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o644)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let name = URL(fileURLWithPath: path).lastPathComponent
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(name) } == [name])
        #expect {
            try summary.write(to: "/nonexistent/summary.json")
        } throws: { "\($0)".contains("cannot create: No such file or directory") }
    }
}
