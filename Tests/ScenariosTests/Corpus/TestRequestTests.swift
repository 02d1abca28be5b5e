// The request before the plan: the plan's own first one, for a few tokens.

import Base
import Testing

@testable import Scenarios

@Suite struct TestRequestTests {
    @Test(
        arguments: [
            (#""max_tokens":500,"#, #""max_tokens":16,"#, 16), (#""max_tokens":5,"#, #""max_tokens":5,"#, 5), ("", "", nil),
            (#""max_completion_tokens":500,"max_tokens": 400,"#, #""max_completion_tokens":16,"max_tokens": 16,"#, 16),
            // A least number that would contradict it, and something that is no number of tokens.
            (#""max_tokens":500,"min_tokens":100,"#, #""max_tokens":500,"min_tokens":100,"#, 500),
            (#""max_tokens":null,"#, #""max_tokens":null,"#, nil),
        ] as [(String, String, Int?)])
    func asksForFewTokensWhereTheBodySays(member: String, expected: String, tokens: Int?) throws {
        func body(_ member: String) -> String { #"{"model":"m",\#(member)"messages":[{"content":"max_tokens:900","max_tokens":900}]}"# }
        var arena = BodyArena()
        let bytes = Array(body(member).utf8)
        let place = bytes.withUnsafeBytes { arena.store($0) }
        let other = Corpus.Prompt(body: place, length: 2, tokens: -1, label: 0, source: 0)
        let prompt = Corpus.Prompt(body: place, length: UInt32(bytes.count), tokens: 500, label: 1, source: 1)
        let corpus = Corpus(
            prompts: [other, prompt], labels: ["a", "b"], arena: arena, sourceCount: 2, bodyBytesTotal: bytes.count + 2, model: "m",
            reading: CorpusReading())
        let single = corpus.ofTestRequest(at: 1)
        #expect(single.corpus.count == 1 && single.corpus.labels == ["b"] && single.corpus.model == "m")
        #expect(String(decoding: single.corpus.body(at: 0), as: UTF8.self) == body(expected))
        #expect(single.tokens == tokens && single.corpus.tokensAsked(at: 0) == -1)
    }

    @Test(arguments: [Duration.milliseconds(200), .seconds(120), .seconds(86_400)]) func isOneArrival(timeout: Duration) {
        let plan = Plan(
            scenario: "s",
            executor: .constantArrivalRate(rate: 9, timeUnit: .seconds(1), duration: .seconds(9), preAllocatedVUs: 9, maxVUs: 9),
            target: RequestTarget(url: "http://s", apiKey: "k", timeout: timeout), faults: FaultPolicy(onTooManyRequests: .stop))
        let single = plan.ofTestRequest
        #expect(single.executor.arrivals?.count == 1 && single.executor.maxVUs == 1)
        #expect(single.target == plan.target && single.faults == FaultPolicy())
        #expect(single.longestEnd >= timeout)
    }
}
