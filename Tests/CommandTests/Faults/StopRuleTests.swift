// A run that its own scenario ends: exit 99, a summary that says which rule and what it saw, counts as in the log.

import Foundation
import Metrics
import Testing

@Suite struct StopRuleTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        var name: String
        var members: String
        var fail: String
        var reason: String
        var testDescription: String { name }
    }

    static let rules = [
        Rule(
            name: "circuit breaker", members: #""stop_on": {"errors": "50% for 1s"}"#, fail: "status=500:0.9",
            reason: "requests failed within 1s (stop_on.errors: 50% for 1s)"),
        Rule(
            name: "429", members: #""on_429": "stop""#, fail: "status=429:0.05",
            reason: "429 Too Many Requests (on_429: stop)"),
        Rule(
            name: "threshold", members: #""thresholds": {"success_rate": [{"threshold": "rate>0.5", "abortOnFail": true}]}"#,
            fail: "status=500:0.9", reason: "thresholds on metrics 'success_rate' were crossed; at least one has abortOnFail"),
    ]

    @Test(arguments: rules) func endsTheRun(rule: Rule) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "5ms", "--time-per-token", "0", "--fail", rule.fail], in: scratch)
        let files = try scratch.stage(
            #"{"executor": "constant-arrival-rate", "rate": 50, "duration": "60s", "preAllocatedVUs": 50, \#(rule.members)}"#,
            server: endpoint.url)
        let run = try await Program.run("sml-loadgen", files + ["--drain", "5s"], in: scratch, within: 40)
        #expect(run.code == 99, "\(run.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        #expect(results.summary[path: "sml", "outcome", "kind"] == .string("stopped"))
        let reason = results.summary[path: "sml", "outcome", "reason"]?.text ?? ""
        #expect(reason.hasSuffix(rule.reason), "\(reason)")
        #expect(run.output.contains("stopped (\(reason))"))
        #expect(results.outcome?.kind == .stopped)
        // The drain let everything in flight finish.
        #expect(results.interrupted.isEmpty)
        #expect(results.requests.count == log.count)
        let again = try await Program.run(
            "sml", ["loadtest", "summarize", scratch.file("out/records.smlrec"), "--json"], in: scratch)
        #expect(Data(again.output.utf8) == results.summaryBytes)
    }
}
