// The wait for a model, decided without a clock.

import Health
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

    /// Looks each ten seconds; the seconds after which the wait ended, and how.
    private func end(_ health: ModelHealth, isLaunched: Bool = false, every seconds: Int = 10) -> (after: Int, error: SubmitError)? {
        var wait = HealthWait(isLaunched: isLaunched)
        for second in stride(from: 0, through: 3600, by: seconds) {
            if case .end(let error) = wait.decide(health, elapsed: .seconds(second)).step { return (second, error) }
        }
        return nil
    }

    @Test func anAnswerThatWillNotChangeEndsTheWait() throws {
        for (health, code) in [
            (ModelHealth.notResponding(status: 401, said: "no such key"), 77), (.notResponding(status: 403, said: "no such key"), 77),
            (.notResponding(status: 301, said: "redirects to https://no such key"), 69), (.notFound(said: "no such key"), 69),
            (.notResponding(status: 405, said: "no such key"), 69),
        ] as [(ModelHealth, Int32)] {
            let ended = try #require(end(health))
            #expect(ended.after == 20 && ended.error.exitCode == code && ended.error.description.contains("no such key"))
        }
        // Short pauses between looks are no reason to believe it earlier.
        #expect(end(.notResponding(status: 401, said: ""), every: 1)?.after == 20)
    }

    @Test func whatMayStillChangeIsWaitedFor() {
        for health in [down, .notResponding(status: 502, said: ""), .notResponding(status: 404, said: ""), .unreachable("refused")] {
            #expect(end(health) == nil)
        }
        // The way to a model that was just launched is still to come; a key that is wrong stays so.
        #expect(end(.notFound(said: ""), isLaunched: true) == nil)
        #expect(end(.notResponding(status: 401, said: ""), isLaunched: true)?.after == 20)
    }

    @Test func aMomentOfAGatewayIsForgotten() {
        var wait = HealthWait()
        let refused = ModelHealth.notResponding(status: 401, said: "")
        for (second, health) in [(0, refused), (10, refused), (20, down), (30, refused), (40, refused)] {
            guard case .probe = wait.decide(health, elapsed: .seconds(second)).step else { Issue.record("ended at \(second)"); return }
        }
    }
}
