import Testing

@testable import Endpoint

@Suite struct FailureModeTests {
    @Test(arguments: [
        ("status=503", FailureMode.status(503)), ("status=429", .status(429)), ("reset", .reset), ("close", .close),
        ("hang", .hang), ("truncated", .truncated), ("bad-json", .badJSON), ("empty-body", .emptyBody),
        ("slow-body", .slowBody(1_000_000_000)), ("slow-body=250ms", .slowBody(250_000_000)),
        ("empty-choices", .emptyChoices), ("stream-cut", .stream(.init(.cut))), ("stream-cut=0", .stream(.init(.cut, after: 0))),
        ("stream-reset=7", .stream(.init(.reset, after: 7))), ("stream-error", .stream(.init(.error))),
        ("stream-garbage", .stream(.init(.garbage))), ("stream-bad-json=1", .stream(.init(.badJSON, after: 1))),
        ("stream-no-done", .stream(.init(.noDone))), ("stream-no-finish", .stream(.init(.noFinish))),
    ])
    func reads(text: String, mode: FailureMode) {
        #expect(FailureMode(text) == mode)
    }

    @Test(arguments: [
        "", "status", "status=", "status=200", "status=9999", "reset=1", "slow-body=", "slow-body=5", "Reset", "stream-", "stream-boom",
        "stream-cut=", "stream-cut=-1", "stream-cut=1ms", "stream-no-done=1",
    ])
    func refuses(text: String) {
        #expect(FailureMode(text) == nil)
    }

    @Test(arguments: ["reset", "reset:", "reset:2", "reset:-0.1", "reset:nan", "reset:x", "boom:0.1", "reset:0.1:0.2"])
    func refusesPlans(text: String) {
        #expect {
            try FailurePlan(parsing: [text])
        } throws: { error in
            "\(error)".hasPrefix("--fail \"\(text)\": accepted is MODE:PROBABILITY")
        }
    }

    @Test func probabilitiesAddUpToAtMostOne() throws {
        #expect(throws: EndpointUsageError.self) { try FailurePlan(parsing: ["reset:0.6", "close:0.5"]) }
        let plan = try FailurePlan(parsing: ["reset:0.25", "close:0.5"])
        #expect(
            [0, 0.2499, 0.25, 0.7499, 0.75, 0.999].map(plan.mode(at:)) == [.reset, .reset, .close, .close, nil, nil])
    }
}
