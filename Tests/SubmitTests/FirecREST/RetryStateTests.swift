// When a call is sent again, decided without a server.

import HTTPClient
import Testing

@testable import Submit

@Suite struct RetryStateTests {
    private func answer(_ status: Int, after: Duration? = nil, complaint: SlurmComplaint? = nil) -> RetryState.Event {
        .answer(status: status, retryAfter: after, complaint: complaint)
    }

    /// The pauses until it is given up, with calls that take no time, and the last decision.
    private func course(
        _ event: RetryState.Event, _ policy: RetryPolicy = RetryPolicy(), _ repeating: FirecRESTCall.Repeating = .harmless,
        isKnown: Bool = true
    ) -> (pauses: [Duration], said: Int, end: RetryState.Decision) {
        var state = RetryState(policy: policy, repeating: repeating, isKnown: isKnown)
        var (now, pauses, said) = (Duration.zero, [Duration](), 0)
        while true {
            let decision = state.decide(event, at: now)
            guard case .retry(let pause, let isWorthSaying) = decision, pauses.count < 1000 else { return (pauses, said, decision) }
            now += pause
            pauses.append(pause)
            said += isWorthSaying ? 1 : 0
        }
    }

    @Test func successAndClientErrorsAreFinal() {
        for status in [200, 201, 204, 400, 403, 404, 413] { #expect(course(answer(status)).pauses == []) }
    }

    @Test func anOutageIsBorneForTenMinutesAndSaidOnceAMinute() {
        for event in [
            answer(503), answer(502), answer(408), answer(424), .failure(.timedOut), .failure(.interrupted), .failure(.notReached),
        ] {
            let (pauses, said, end) = course(event)
            #expect(Array(pauses.prefix(6)) == [1, 2, 4, 8, 16, 30].map { .seconds($0) })
            #expect(pauses.reduce(.zero, +) == Patience.standard && end == .done)
            #expect((9...10).contains(said), "\(said)")
        }
    }

    @Test func whatThisVeryCallDoesToTheServerIsTriedForAQuarterOfAMinute() {
        #expect(course(answer(500)).pauses == [1, 2, 4, 8].map { .seconds($0) })
        // Nor is a host that never answered well: a name with a slip of the pen.
        for event in [RetryState.Event.failure(.notReached), .failure(.timedOut)] {
            #expect(course(event, isKnown: false).pauses == [1, 2, 4, 8].map { .seconds($0) })
        }
    }

    @Test func aLookThatIsRepeatedAnywayIsToldAtOnce() {
        for status in [408, 424, 500, 503] { #expect(course(answer(status), .oneLook).pauses == []) }
        #expect(course(answer(429, after: .seconds(18)), .oneLook).pauses.first == .seconds(18))
    }

    @Test func aRefusalOfSLURMIsFinalAtOnce() {
        for repeating in [FirecRESTCall.Repeating.harmless, .unsafe] {
            let (pauses, _, end) = course(answer(500, complaint: .refused("no")), RetryPolicy(), repeating)
            #expect(pauses == [] && end == .done)
        }
    }

    /// sbatch's own words tell them apart.
    @Test func aControllerThatWasNotReachedDidNothingAndOneThatTimedOutMayHave() {
        #expect(course(answer(500, complaint: .unreachable), RetryPolicy(), .unsafe).pauses.reduce(.zero, +) == Patience.standard)
        #expect(course(answer(500, complaint: .lost), RetryPolicy(), .unsafe).end == .unknownOutcome)
        #expect(course(answer(500, complaint: .lost)).pauses.reduce(.zero, +) == Patience.standard)
        for (words, kind) in [
            ("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation", SlurmComplaint.lost),
            ("sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)", .unreachable),
            ("sbatch: error: Batch job submission failed: Invalid partition name specified", .refused("s")),
        ] { #expect(SlurmComplaint(words, sentence: "s") == kind) }
    }

    @Test func whatMustNotHappenTwiceIsLookedUpUnlessItWasSurelyNotCarriedOut() {
        for event in [answer(500), answer(503), answer(408), .failure(.timedOut), .failure(.interrupted)] {
            #expect(course(event, RetryPolicy(), .unsafe).end == .unknownOutcome)
        }
        for event in [answer(429, after: .seconds(3)), .failure(.notReached)] {
            #expect(course(event, RetryPolicy(), .unsafe).pauses.count > 1, "\(event) was not carried out")
        }
        var state = RetryState(policy: RetryPolicy(), repeating: .unsafe)
        #expect(state.decide(answer(401), at: .zero) == .renewToken(after: .zero))
    }

    @Test func aSecond401ReopensTheSessionOnceMoreWhereWeWereWelcomeBefore() {
        var state = RetryState(policy: RetryPolicy(), repeating: .harmless)
        #expect(
            (0..<3).map { _ in state.decide(answer(401), at: .zero) } == [
                .renewToken(after: .zero), .renewToken(after: .seconds(2)), .done,
            ])
        var first = RetryState(policy: RetryPolicy(), repeating: .harmless, isKnown: false)
        #expect((0..<2).map { _ in first.decide(answer(401), at: .zero) } == [.renewToken(after: .zero), .done])
    }

    @Test func theServersWishToWaitIsHonouredAsLongAsAnOutage() {
        var state = RetryState(policy: RetryPolicy(rate: .seconds(100)), repeating: .harmless)
        #expect(state.decide(answer(429, after: .seconds(60)), at: .zero) == .retry(after: .seconds(60), isWorthSaying: true))
        #expect(state.decide(answer(429), at: .seconds(60)) == .retry(after: .seconds(10), isWorthSaying: true))
        #expect(state.decide(answer(429, after: .zero), at: .seconds(70)) == .retry(after: .seconds(1), isWorthSaying: false))
        guard case .giveUp(let reason) = state.decide(answer(429, after: .seconds(30)), at: .seconds(71)) else {
            Issue.record("over budget")
            return
        }
        #expect(reason == "asks to wait 30 s, after 71 s of waiting already")
    }

    @Test func readsRetryAfterInAllItsForms() {
        func read(_ name: String, _ value: String) -> Duration? {
            RetryAfter.read(HTTPResponse(status: 429, headers: [.init(name, value)]), now: 784_111_770)
        }
        #expect(read("retry-after", "7") == .seconds(7))
        #expect(read("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT") == .seconds(7))
        #expect(read("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT") == .zero)
        #expect(read("ratelimit-reset", "9") == .seconds(9))
        #expect(read("retry-after", "soon") == nil)
        #expect(read("date", "1") == nil)
    }

    @Test(arguments: [(300, 209, 211), (60, 24, 26), (20, 0, 0)])
    func aTokenIsRenewedBeforeTheServerRefusesIt(life: Int, freshUntil: Int, staleFrom: Int) {
        let start = ContinuousClock.now
        let token = AccessToken(value: "t", life: .seconds(life), receivedAt: start)
        if freshUntil > 0 { #expect(token.isFresh(at: start + .seconds(freshUntil))) }
        #expect(!token.isFresh(at: start + .seconds(staleFrom)))
    }
}
