// What a person reads after a search.

import Statistics
import Testing

@testable import Metrics

@Suite struct CapacityBlockTests {
    @Test func theBlock() {
        let text = CapacityDocumentTests.example.textBlock(color: false)
        #expect(
            text == """
                === Capacity: open_loop (poisson-arrival-rate), model org/m ===

                  capacity     16/s confirmed, 32/s refused
                  limited by   e2e_latency_ms: p(95)<2000
                  there        e2e_latency_ms: p(95)<2000: 1,801 (1,700–1,900), at most 1,950
                               right with 95.0 % or more, over all looks; of this server as it was in these minutes
                  took         12m30s, 3 probes, prompt seed 7

                  probe      asked/s  req/s  in flight  p50, ms  p95, ms  p99, ms  cached, %  generator            
                  1 search        16   15.9       14.3      900    1,801    2,100         25      VALID         met
                  2 search        32      0          0        -        -        -          -          -  overloaded
                  3 confirm       16   15.9       14.3      900    1,801    2,100         25      VALID         met

                  probe 2, 32/s: requests in flight grew from 20 to 160; left after 41.5s, 170 answers given up

                """, "\(text)")
    }

    @Test func everyEndHasItsWords() {
        var result = CapacityDocumentTests.example
        result.confirmed = nil
        let sentences: [(CapacityResult.State, String)] = [
            (.noneConfirmed, "none confirmed, 32/s refused; a probe met 16/s, which is not confirmed"),
            (.outOfTime, "none confirmed in the time allowed, 32/s refused; a probe met 16/s, which is not confirmed"),
            (.stopped, "none confirmed before it was stopped, 32/s refused; a probe met 16/s, which is not confirmed"),
            (
                .generatorLimited,
                "not found: the generator and not the server was the limit, 32/s refused; a probe met 16/s, which is not confirmed"
            ),
            (.searching, "not finished, 32/s refused; a probe met 16/s, which is not confirmed"),
        ]
        for (state, sentence) in sentences {
            result.state = state
            #expect(result.sentence == sentence)
            // What was to be met stands there instead.
            #expect(result.textBlock(color: false).contains("  objectives   e2e_latency_ms: p(95)<2000\n"))
        }
        (result.state, result.confirmed, result.load) = (.confirmedAtMaximum, 64, .users)
        #expect(result.sentence == "64 users confirmed, the highest that was allowed: it may be more")
    }
}
