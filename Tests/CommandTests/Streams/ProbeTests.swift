// A probe beside a load, through the real program and against the endpoint's own log: what is the load's and what the probe's is told
// apart by whether it was streamed, which the log knows by itself.

import Base
import Foundation
import Generator
import Metrics
import TestSupport
import Testing

@Suite struct ProbeTests {
    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func scenario(_ probe: String) -> String {
        """
        {"executor": "constant-arrival-rate", "rate": 20, "duration": "3s", "preAllocatedVUs": 30, "maxVUs": 60, "think_time": 0\(probe)}
        """
    }

    /// Records of a run, its summary, and of each logged request whether it was streamed, its connection and its tokens.
    private func run(
        _ probe: String, out: String = "out"
    ) async throws -> (results: Results, output: String, log: [(isStreamed: Bool, connection: String, tokens: Int)]) {
        let endpoint = try await EndpointProcess.start(["--ttft", "20ms", "--time-per-token", "1ms"], in: scratch)
        let run = try await Program.run(
            "sml-loadgen", scratch.stage(scenario(probe), server: endpoint.url, out: out), in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        _ = try await endpoint.stop()
        let lines = try String(contentsOfFile: scratch.hidden("truth.csv"), encoding: .utf8).split(separator: "\n").dropFirst()
        let log = lines.map { line in
            let cells = line.split(separator: ",")
            return (isStreamed: cells[10] != "0", connection: String(cells[9]), tokens: Int(cells[6]) ?? -1)
        }
        return (try Results(directory: scratch.file(out)), run.output, log)
    }

    @Test func aProbeIsCountedApartEverywhere() async throws {
        let (results, output, log) = try await run(#", "probe": {"rate": 5, "max_tokens": 4}"#)
        #expect(output.contains("15 requests beside the load, 0 failed") && output.contains("probe, ms"))
        #expect(!output.contains("streams, ms"))
        let load = results.requests.filter { $0.arm == 0 }, probe = results.requests.filter { $0.arm == 1 }
        #expect(load.count == 60 && probe.count == 15 && results.requests.count == 75)
        #expect(log.count { !$0.isStreamed } == 60 && log.count { $0.isStreamed } == 15)
        let connections = Set(log.filter(\.isStreamed).map(\.connection))
        #expect(connections.isDisjoint(with: log.filter { !$0.isStreamed }.map(\.connection)))
        #expect(log.filter(\.isStreamed).allSatisfy { $0.tokens == 4 })
        #expect(probe.allSatisfy { $0.firstToken >= 0 && $0.completionTokens == 4 } && load.allSatisfy { $0.firstToken < 0 })
        // 200 ms apart, whatever the load does.
        #expect(probe.map(\.scheduled).sorted() == (0..<15).map { Int64($0) * 200_000_000 })

        for (member, count) in [("started", 60), ("finished", 60), ("succeeded", 60)] {
            #expect(results.count("sml", "counts", member) == count, "\(member)")
            #expect(results.count("sml", "probe", "counts", member) == 15, "\(member)")
        }
        #expect(results.count("metrics", "http_reqs", "count") == 60)
        #expect(results.count("sml", "probe", "stream", "ttft_ms", "count") == 15)
        #expect(results.summary[path: "sml", "stream", "ttft_ms"] == .null)
        #expect(results.count("sml", "counts", "planned") == 60 && results.count("sml", "probe", "counts", "planned") == 15)
        let again = try await Program.run("sml", ["loadtest", "summarize", scratch.file("out/records.smlrec"), "--json"], in: scratch)
        #expect(Data(again.output.utf8) == results.summaryBytes)
    }

    /// Its arrivals, users and prompts do not know of the probe.
    @Test func theLoadIsAsItWouldBeWithout() async throws {
        let with = try await run(#", "probe": {"rate": 10, "max_tokens": 2}"#).results
        let without = try await run("", out: "without").results
        func plan(_ records: [RunRecord]) -> [String] {
            records.filter { $0.arm == 0 }.sorted { $0.iteration < $1.iteration }.map {
                "\($0.iteration) \($0.scheduled) \($0.prompt) \($0.label)"
            }
        }
        #expect(plan(with.requests) == plan(without.requests) && plan(without.requests).count == 60)
        for path in [["sml", "counts"], ["sml", "finish_reasons"]] {
            func value(_ results: Results) -> JSON? { path.reduce(results.summary as JSON?) { $0?[$1] } }
            #expect(value(with) == value(without) && value(with) != nil, "\(path)")
        }
    }
}
