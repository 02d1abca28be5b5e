// Streams from the real endpoint through the real program, against the endpoint's own log: it reads the clock beside the calls
// that send a token, on the same machine's monotonic clock.

import Base
import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite struct StreamTests {
    /// A stream as the endpoint sent it.
    struct Sent {
        var arrival, departure, first, last: Int64
        var completionTokens, chunks: Int
    }

    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func sent() throws -> [Sent] {
        try String(contentsOfFile: scratch.hidden("truth.csv"), encoding: .utf8).split(separator: "\n").dropFirst().map { line in
            let cells = line.split(separator: ",").map { Int64($0) ?? -1 }
            return Sent(
                arrival: cells[1], departure: cells[2], first: cells[10], last: cells[11], completionTokens: Int(cells[6]),
                chunks: Int(cells[12]))
        }
    }

    private static let scenario = """
        {"executor": "constant-arrival-rate", "rate": 20, "duration": "3s", "preAllocatedVUs": 30, "maxVUs": 60, "stream": true}
        """

    /// Instants in the records count from the run's zero, whose monotonic time is not in the file: the shift between the clocks is
    /// taken where it is least in doubt, from the request that was sent last before it arrived.
    private func pairs(_ records: [RunRecord], _ sent: [Sent]) throws -> [(record: RunRecord, sent: Sent)] {
        try #require(records.count == sent.count)
        let byStart = records.sorted { $0.sent < $1.sent }
        let byArrival = sent.sorted { $0.arrival < $1.arrival }
        let shift = zip(byStart, byArrival).map { $1.arrival - $0.sent }.min() ?? 0
        return zip(byStart, byArrival).map { record, sent in
            var sent = sent
            for member in [\Sent.arrival, \.departure, \.first, \.last] { sent[keyPath: member] -= shift }
            return (record, sent)
        }
    }

    @Test func tokensComeWhenTheEndpointSentThem() async throws {
        // One user at a time starts, 50 ms apart, so that order tells which is which; each answer has another length.
        let prompts = (0..<20).map { #"{"label": "l\#($0 % 2)", "max_tokens": \#(10 + $0), "content": "prompt \#($0)"}"# }
        let endpoint = try await EndpointProcess.start(["--ttft", "40ms", "--time-per-token", "4ms", "--role-early"], in: scratch)
        let files = try scratch.stage(Self.scenario, server: endpoint.url)
        try scratch.write("prompts.json", "[\(prompts.joined(separator: ",\n"))]")
        let run = try await Program.run("sml-loadgen", files, in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        _ = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let pairs = try pairs(results.requests, sent())
        #expect(pairs.count == 60)
        var near = 0
        for (record, sent) in pairs {
            #expect(record.chunks == sent.chunks && Int(record.completionTokens) == sent.completionTokens)
            // Nothing is seen before it was sent, but for what the shift may be wrong by.
            let doubt: Int64 = 2_000_000
            #expect(record.firstToken > sent.first - doubt && record.lastToken > sent.last - doubt)
            #expect(record.firstByte <= record.firstToken && record.firstToken < record.lastToken && record.lastToken <= record.end)
            // What does not depend on the shift: the time between both tokens.
            let (ours, theirs) = (record.lastToken - record.firstToken, sent.last - sent.first)
            if abs(record.firstToken - sent.first) < 10_000_000, abs(ours - theirs) < 10_000_000 { near += 1 }
        }
        // A busy machine may hold back some, not most.
        #expect(near >= pairs.count / 2, "\(near) of \(pairs.count) within 10 ms")

        // The summary says of them what the records do, and the block shows it.
        var first = Trend(), perToken = Trend()
        for (record, _) in pairs {
            first.add(Double(record.firstToken - record.started) / 1e6)
            perToken.add(Double(record.lastToken - record.firstToken) / 1e6 / Double(record.completionTokens - 1))
        }
        let stream = try #require(results.summary[path: "sml", "stream"])
        for (member, trend) in [("ttft_ms", first), ("tpot_ms", perToken)] {
            #expect(stream[member]?["count"]?.integer == 60)
            for (name, value) in [("med", trend.statistics.med), ("p99", trend.statistics.p99), ("max", trend.statistics.max)] {
                #expect(abs((stream[member]?[name]?.number ?? 0) - value) < 1e-9 * max(1, value), "\(member).\(name)")
            }
        }
        let gaps = pairs.reduce(0) { $0 + $1.record.chunks - 1 }
        #expect(stream["inter_chunk_ms"]?["count"]?.integer == Int64(gaps))
        #expect(stream["tokens_per_chunk"]?["max"]?.number == 1)
        // The role came at once, the token 40 ms later.
        let early = try #require(stream["first_event_ms"]?["med"]?.number)
        #expect(early < (stream["ttft_ms"]?["med"]?.number ?? 0) - 20)
        #expect(results.count("sml", "labels", "l1", "ttft_ms", "count") == 30)
        #expect(run.output.contains("streams, ms") && run.output.contains("first token") && !run.output.contains("tokens each"))
        let again = try await Program.run("sml", ["loadtest", "summarize", scratch.file("out/records.smlrec"), "--json"], in: scratch)
        #expect(Data(again.output.utf8) == results.summaryBytes)
    }

    @Test func severalTokensInAChunkAreSaid() async throws {
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "10ms", "--time-per-token", "1ms", "--tokens-per-chunk", "4", "--stream-usage", "every"], in: scratch)
        let run = try await Program.run(
            "sml-loadgen", scratch.stage(Self.scenario, server: endpoint.url), in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        _ = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let sent = try sent()
        #expect(results.requests.reduce(0) { $0 + $1.chunks } == sent.reduce(0) { $0 + $1.chunks })
        #expect(results.requests.reduce(0) { $0 + Int($1.completionTokens) } == sent.reduce(0) { $0 + $1.completionTokens })
        #expect(run.output.contains("tokens each on average: the time between them is not that between tokens"))
    }

    @Test func withoutUsageNoNumberOfTokensIsMadeUp() async throws {
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "10ms", "--time-per-token", "1ms", "--stream-usage", "never"], in: scratch)
        let run = try await Program.run(
            "sml-loadgen", scratch.stage(Self.scenario, server: endpoint.url), in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        _ = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let stream = try #require(results.summary[path: "sml", "stream"])
        #expect(stream["ttft_ms"]?["count"]?.integer == 60)
        for absent in ["tpot_ms", "tokens_per_chunk", "prefill_tokens_per_second"] { #expect(stream[absent] == .null, "\(absent)") }
        #expect(results.count("sml", "answers", "without_usage") == 60)
        #expect(results.requests.allSatisfy { $0.completionTokens == -1 && $0.chunks > 0 })
    }

    /// Percentiles of two tasks are those of all their records, and gaps those of all their counts.
    @Test func twoTasksAreTheUnionOfTheirRecords() async throws {
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "exponential(20ms)", "--time-per-token", "2ms", "--reasoning-tokens", "2"], in: scratch)
        let config = try scratch.write("run_config.json", Scratch.configuration(server: endpoint.url, scenario: Self.scenario))
        let prompts = try scratch.write("prompts.json", Scratch.prompts)
        let tasks = try (0..<2).map {
            try Program(
                "sml-loadgen",
                ["--config", config, "--prompts", prompts, "--out", scratch.file("out"), "--task", "\($0)/2", "--workers", "2"], in: scratch
            )
        }
        for task in tasks { #expect(try await task.end(within: 60) == 0, "\(task.errors)") }
        _ = try await endpoint.stop()
        let document = try Summary(jsonData: Array(Data(contentsOf: URL(filePath: scratch.file("out/summary.json")))), path: "").document
        let stream = try #require(document[path: "sml", "stream"])
        var first = Trend()
        var counts: [StreamCount] = []
        var gaps = 0
        for index in 0..<2 {
            try RecordFileReader(path: scratch.file("out/records.\(index).smlrec")).forEachBatch { batch in
                for record in batch where record.kind == .request {
                    first.add(Double(record.firstToken - record.started) / 1e6)
                    gaps += record.chunks - 1
                }
            } counts: {
                counts += $0
            }
        }
        #expect(first.count == 60)
        for (name, value) in [("med", first.statistics.med), ("p95", first.statistics.p95), ("p99", first.statistics.p99)] {
            #expect(stream["ttft_ms"]?[name]?.number == value, "\(name)")
        }
        // Each gap and each first content once, whichever task and shard it came through.
        func total(_ measure: StreamMeasure) -> Int { counts.reduce(0) { $0 + ($1.measure == measure ? Int($1.count) : 0) } }
        #expect(total(.gap) == gaps && total(.firstContent) == 60 && total(.firstEvent) == 60)
        #expect(stream["inter_chunk_ms"]?["count"]?.integer == Int64(gaps))
        #expect(stream["first_content_ms"]?["count"]?.integer == 60)
        let (content, token) = (stream["first_content_ms"]?["avg"]?.number ?? 0, stream["ttft_ms"]?["avg"]?.number ?? 0)
        #expect(content > token)
    }

    /// Everything but `stream` and `stream_options` is as without.
    @Test func theOptionChangesTwoMembersOfTheBody() async throws {
        let server = try ScriptedServer { _ in [.answer(FaultRow.good)] }
        defer { server.stop() }
        try scratch.write("scenarios/one.yaml", "executor: constant-vus\nvus: 1\nduration: 1s\nthink_time: 1\n")
        let prompts = try scratch.write("prompts.json", #"[{"label": "a", "max_tokens": 4, "content": "hello"}]"#)
        var bodies: [String] = []
        for options in [[], ["--loadtest-stream"]] {
            let before = server.requests.count
            let run = try await Program.run(
                "sml",
                [
                    "loadtest", "local", "--loadtest-server-url", server.base, "--loadtest-scenario", "one", "--loadtest-model", "m",
                    "--loadtest-prompts-file", prompts, "--loadtest-ignore-eos",
                ] + options, in: scratch, within: 60)
            #expect(run.code == 0, "\(run.errors)")
            bodies.append(try #require(server.requests.dropFirst(before).last).body)
        }
        #expect(bodies[0].contains(#""stream":false"#))
        #expect(bodies[1] == bodies[0].replacing(#""stream":false"#, with: #""stream":true,"stream_options":{"include_usage":true}"#))
    }
}
