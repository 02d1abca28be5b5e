// The wait for a model, decided without a clock.

import Submit
import Testing

@Suite struct HealthWaitTests {
    private let down = ModelHealth.notResponding(status: 503, said: "loading")

    @Test func asksEveryTenSecondsAndSpeaksOnChangeAndEveryFiveMinutes() {
        var wait = HealthWait()
        var lines: [Int: String] = [:]
        for second in stride(from: 0, through: 900, by: 10) {
            let health = second < 650 ? down : .unreachable("connection refused")
            let decision = wait.decide(health, elapsed: .seconds(second))
            #expect(decision.step == .probe(after: .seconds(10)))
            lines[second] = decision.line
        }
        #expect(lines.keys.sorted() == [0, 300, 600, 650])
        #expect(lines[0] == "Model health is NOT_RESPONDING (503: loading); waiting quietly...")
        #expect(lines[300] == "Model health is still NOT_RESPONDING (503: loading) after 300 s.")
        #expect(lines[650] == "Model health is ERROR (connection refused); waiting quietly...")
        #expect(wait.decide(.healthy, elapsed: .seconds(910)).step == .ready)
    }

    @Test func theLastProbeIsAtTheLimit() {
        var wait = HealthWait(timeout: .seconds(25))
        #expect(wait.decide(down, elapsed: .zero).step == .probe(after: .seconds(10)))
        #expect(wait.decide(down, elapsed: .seconds(20)).step == .probe(after: .seconds(5)))
        let last = wait.decide(down, elapsed: .seconds(25))
        #expect(last.step == .giveUp)
        #expect(last.line == "Model health is NOT_RESPONDING (503: loading); gave up after 25 s.")
    }

    @Test func aHealthyAnswerAfterTheLimitStillCounts() {
        var wait = HealthWait(timeout: .seconds(5))
        #expect(wait.decide(.healthy, elapsed: .seconds(9)).step == .ready)
    }
}
