// One number, counted by everybody who can count it: the endpoint's log, the records, their CSV, both schemas of the
// summary, our own section, the plan. They agree exactly, for each executor.

import Foundation
import Generator
import Metrics
import Testing

@Suite struct AgreementTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var scenario: String
        var endpoint = ["--ttft", "20ms", "--time-per-token", "1ms"]
        /// Arrivals of the plan, where it has any.
        var planned: Int?
        var drops = false
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "constant-vus with think time",
            scenario: #"{"executor": "constant-vus", "vus": 6, "duration": "3s", "think_time": "0.1"}"#),
        Case(
            name: "ramping-vus",
            scenario: """
                {"executor": "ramping-vus", "startVUs": 1, "think_time": "0.05", "stages": [
                  {"duration": "1s", "target": 8}, {"duration": "1s", "target": 8}, {"duration": "1s", "target": 0}]}
                """),
        // 180, not 181 as with a period rounded down to 16,666,666 ns.
        Case(
            name: "constant-arrival-rate",
            scenario: """
                {"executor": "constant-arrival-rate", "rate": 60, "duration": "3s", "preAllocatedVUs": 5,
                 "maxVUs": 50, "think_time": "0"}
                """, planned: 180),
        Case(
            name: "constant-arrival-rate with drops",
            scenario: """
                {"executor": "constant-arrival-rate", "rate": 50, "duration": "3s", "preAllocatedVUs": 2,
                 "maxVUs": 4, "think_time": "0"}
                """, endpoint: ["--ttft", "300ms", "--time-per-token", "0"], planned: 150, drops: true),
        Case(
            name: "ramping-arrival-rate",
            scenario: """
                {"executor": "ramping-arrival-rate", "startRate": 10, "preAllocatedVUs": 5, "maxVUs": 60,
                 "stages": [{"duration": "2s", "target": 60}, {"duration": "1s", "target": 20}], "think_time": "0"}
                """, planned: 110),
        Case(
            name: "failures count as requests",
            scenario: #"{"executor": "constant-vus", "vus": 4, "duration": "3s", "think_time": "0.05"}"#,
            endpoint: ["--ttft", "10ms", "--time-per-token", "0", "--fail", "status=503:0.2"]),
    ]

    @Test(arguments: cases)
    func everybodyCountsTheSame(example: Case) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(example.endpoint, in: scratch)
        let files = try scratch.stage(example.scenario, server: endpoint.url, members: "")
        let run = try await Program.run("sml-loadgen", files + ["--run-label", "agreement"], in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))

        // The endpoint's log is the truth.
        try #require(log.count > 10)
        let total = log.count
        #expect(results.requests.count == total)
        #expect(results.interrupted.isEmpty)
        #expect(results.count("throughput", "total_requests") == total)
        #expect(results.count("metrics", "http_reqs", "count") == total)
        #expect(results.count("sml", "counts", "http_requests") == total)
        #expect(results.count("sml", "counts", "started") == total)
        #expect(results.count("sml", "counts", "finished") == total)
        #expect(results.count("sml", "counts", "iterations") == total)
        #expect(results.count("metrics", "iterations", "count") == total)
        #expect(results.outcome?.lostRecords == 0)

        try checkPlan(example, results, total)
        checkContent(results, log)
        try await checkCommands(results, scratch, total)

        // Timing is no subject here, but a wrong unit or clock would show: medians within 25 ms of the truth.
        let ours = median(results.requests.map { Double($0.end - $0.sent) / 1e6 })
        let truth = median(log.map(\.milliseconds))
        #expect(abs(ours - truth) < 25, "p50 \(ours) ms, the endpoint says \(truth) ms")
    }

    private func checkPlan(_ example: Case, _ results: Results, _ total: Int) throws {
        let dropped = results.dropped.count
        #expect(results.count("sml", "counts", "dropped") == dropped)
        #expect((dropped > 0) == example.drops)
        if dropped > 0 { #expect(results.count("metrics", "dropped_iterations", "count") == dropped) }
        guard let planned = example.planned else {
            #expect(results.summary[path: "sml", "counts", "planned"]?.integer == nil)
            return
        }
        #expect(results.count("sml", "counts", "planned") == planned)
        #expect(total + dropped == planned)
        // Started iterations are numbered without a hole.
        #expect(Set(results.requests.map(\.iteration)) == Set(0..<UInt32(total)))
    }

    /// Status, tokens and labels: the endpoint knows labels by their number of tokens.
    private func checkContent(_ results: Results, _ log: [EndpointProcess.Entry]) {
        let requests = results.requests
        let good = log.filter { $0.status == 200 }
        #expect(requests.filter { $0.status == 200 }.count == good.count)
        #expect(results.count("sml", "counts", "succeeded") == good.count)
        #expect(results.count("sml", "counts", "failed") == log.count - good.count)
        #expect(results.count("throughput", "error_count") == log.count - good.count)
        let answered = requests.filter { $0.status == 200 }
        #expect(answered.reduce(0) { $0 + Int($1.promptTokens) } == good.reduce(0) { $0 + $1.promptTokens })
        #expect(answered.reduce(0) { $0 + Int($1.completionTokens) } == good.reduce(0) { $0 + $1.completionTokens })
        #expect(results.count("sml", "tokens", "output_tokens") == good.reduce(0) { $0 + $1.completionTokens })
        #expect(results.count("sml", "tokens", "input_tokens") == good.reduce(0) { $0 + $1.promptTokens })
        #expect(results.count("sml", "latency", "success_ms", "count") == good.count)
        for (index, label) in results.labels.enumerated() {
            let count = good.filter { $0.completionTokens == Scratch.tokens[label] }.count
            #expect(answered.filter { Int($0.label) == index }.count == count)
            #expect(results.count("sml", "labels", label, "succeeded") == count)
        }
        #expect(results.count("sml", "connections", "opened") == Set(log.map(\.connection)).count)
    }

    private func checkCommands(_ results: Results, _ scratch: Scratch, _ total: Int) async throws {
        let file = scratch.file("out/records.smlrec")
        let csv = try await Program.run("sml", ["loadtest", "records", file, "--format", "csv"], in: scratch)
        #expect(csv.code == 0 && csv.errors.isEmpty)
        let lines = csv.output.split(separator: "\n")
        #expect(lines.count == results.records.count + results.sampleCount + 1)
        #expect(lines.filter { $0.hasPrefix("request,") }.count == total)
        let jsonl = try await Program.run("sml", ["loadtest", "records", file, "--format", "jsonl"], in: scratch)
        #expect(jsonl.output.split(separator: "\n").count == results.records.count + results.sampleCount)
        let again = try await Program.run("sml", ["loadtest", "summarize", file, "--json"], in: scratch)
        #expect(again.code == 0)
        #expect(Data(again.output.utf8) == results.summaryBytes)
    }
}
