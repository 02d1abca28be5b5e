// What a result says of a server, held against that server's own log: overload that must not look fast, rates without the wait
// for the last answers, a cache that explains why the second run was faster than the first.

import Base
import Foundation
import Metrics
import Testing

@Suite struct ResultTests {
    /// Of 40 requests a second for 3 s, 60 % are turned away at once and the others answered after 400 ms.
    @Test func overloadDoesNotImproveTheHeadline() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(
            ["--ttft", "400ms", "--time-per-token", "0", "--fail", "status=503:0.6"], in: scratch)
        let scenario = """
            {"executor": "constant-arrival-rate", "rate": 40, "duration": "3s", "preAllocatedVUs": 60, "maxVUs": 60, "think_time": "0"}
            """
        let files = try scratch.stage(scenario, server: endpoint.url, members: "")
        let run = try await Program.run(
            "sml-loadgen", files, in: scratch, environment: ["SYSTEM_PROMPT": "Be brief."], within: 60)
        #expect(run.code == 0, "\(run.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let sml = try #require(results.summary["sml"])
        func number(_ path: String...) -> Double { path.reduce(sml as JSON?) { $0?[$1] }?.number ?? .nan }
        let good = log.filter { $0.status == 200 }
        try #require(log.count == 120 && good.count > 20 && good.count < 80)

        #expect(results.count("sml", "latency", "success_ms", "count") == good.count)
        #expect(results.count("sml", "latency", "failure_ms", "count") == log.count - good.count)
        #expect(abs(number("latency", "success_ms", "med") - median(good.map(\.milliseconds))) < 25)
        // The shed ones are most, so that a median of all, which k6's names mean, is theirs.
        #expect(number("latency", "end_to_end_ms", "med") < 200 && number("latency", "success_ms", "min") >= 400)
        #expect(results.count("sml", "tokens", "output_tokens") == good.reduce(0) { $0 + $1.completionTokens })

        // Over the 3 s of the plan; k6's rate is over the 3.4 s until the last answer.
        #expect(number("rates", "plan_seconds") == 3 && number("rates", "asked_per_second") == 40)
        #expect(abs(number("rates", "achieved_per_second") - 40) < 1)
        #expect(results.summary[path: "metrics", "http_reqs", "rate"]?.number ?? 0 < 38)
        let zero = log.map(\.arrival).min() ?? 0
        let tokens = good.reduce(0) { sum, entry in
            let before = min(1, max(0, (zero + 3_000 - entry.arrival) / entry.milliseconds))
            return sum + Double(entry.completionTokens) * before
        }
        #expect(abs(number("tokens", "output_per_second") * 3 / tokens - 1) < 0.05)

        // Where it went, and under what circumstances.
        let kinds = sml[path: "connections", "opened_to"]?.elements ?? []
        #expect(kinds.map { $0["address"]?.text } == ["127.0.0.1:\(endpoint.port)"] && kinds.first?["http_version"]?.text == "HTTP/1.1")
        #expect(kinds.first?["count"]?.integer.map(Int.init) == Set(log.map(\.connection)).count)
        #expect(
            sml[path: "run", "conditions", "system_prompt_digest"]?.text
                == "sha256:213c22ed7234eb11116e1e88f314c73cb3a019b5c87fe224b6ce5665bd9ec50e")
        #expect(sml[path: "run", "conditions", "environment"]?.elements.map { $0["name"]?.text } == ["SYSTEM_PROMPT"])
        #expect(!String(decoding: results.summaryBytes, as: UTF8.self).contains("Be brief."))

        // The records say it all again.
        let again = try await Program.run("sml", ["loadtest", "summarize", scratch.file("out/records.smlrec")], in: scratch)
        #expect(again.output == run.output)
        for row in ["  successes  ", "  failures  ", "/s asked", " output, ", "  { expected_response:true }"] {
            #expect(run.output.contains(row), "\(row) in \(run.output)")
        }
    }

    /// Sixty different prompts, twice: the first time the server sees them anew, the second time it has them in its cache.
    @Test func theSecondRunSaysWhyItIsFaster() async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(
            ["--prefix-cache", "1000", "--ttft", "300ms", "--cached-ttft", "10ms", "--time-per-token", "0"], in: scratch)
        let scenario = """
            {"executor": "constant-arrival-rate", "rate": 30, "duration": "2s", "preAllocatedVUs": 30, "maxVUs": 30, "think_time": "0"}
            """
        let prompts = (0..<60).map { #"{"label": "a", "max_tokens": 3, "content": "say in three words what \#($0) is"}"# }
        var medians: [Double] = []
        var outputs: [String] = []
        for out in ["first", "second"] {
            let files = try scratch.stage(scenario, server: endpoint.url, members: "", out: out)
            try scratch.write("prompts.json", "[\(prompts.joined(separator: ","))]")
            let run = try await Program.run("sml-loadgen", files, in: scratch, within: 60)
            #expect(run.code == 0, "\(run.errors)")
            let results = try Results(directory: scratch.file(out))
            medians.append(results.summary[path: "sml", "latency", "success_ms", "med"]?.number ?? .nan)
            outputs.append(run.output)
            let isSecond = out == "second"
            let input = results.count("sml", "tokens", "input_tokens")
            // All but the last token of each prompt.
            #expect(results.count("sml", "tokens", "cached_tokens") == (isSecond ? input - 60 : 0))
            #expect(results.count("sml", "prompts", "distinct") == 60 && results.count("sml", "prompts", "repeats") == 0)
            #expect(results.count("sml", "run", "corpus", "distinct") == 60)
            #expect(results.requests.reduce(0) { $0 + Int($1.cachedTokens) } == (isSecond ? input - 60 : 0))
        }
        _ = try await endpoint.stop()
        #expect(medians[0] >= 300 && medians[1] < 200, "\(medians)")
        #expect(!outputs[0].contains("server's cache"))
        #expect(outputs[1].contains(" % of the input came from the server's cache:\n"), "\(outputs[1])")
        #expect(outputs[1].contains("it knew these prompts, or how they begin, before this run\n"))
    }
}
