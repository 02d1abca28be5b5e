// When a call is sent again, decided without a server.

import HTTPClient
import Testing

@testable import Submit

@Suite struct RetryStateTests {
    private func answer(_ status: Int, after: Duration? = nil, refusal: Bool = false) -> RetryState.Event {
        .answer(status: status, retryAfter: after, isRefusal: refusal)
    }

    private func state(_ repeating: FirecRESTCall.Repeating = .harmless, budget: Duration = .seconds(100)) -> RetryState {
        RetryState(policy: RetryPolicy(rateLimitBudget: budget), repeating: repeating)
    }

    @Test func successAndClientErrorsAreFinal() {
        for status in [200, 201, 204, 400, 403, 404, 413] {
            var state = state()
            #expect(state.decide(answer(status)) == .done)
        }
    }

    @Test func troubleOnTheWayIsTriedFourTimesMore() {
        for event in [answer(500), answer(503), answer(408), answer(424), .failure(.timedOut), .failure(.interrupted)] {
            var state = state()
            let pauses = (0..<5).map { _ in state.decide(event) }
            #expect(pauses == [1, 2, 4, 8].map { .retry(after: .seconds($0)) } + [.done])
        }
    }

    @Test func aRefusalOfSLURMIsFinalAtOnce() {
        var state = state()
        #expect(state.decide(answer(500, refusal: true)) == .done)
        var submit = self.state(.unsafe)
        #expect(submit.decide(answer(500, refusal: true)) == .done)
    }

    @Test func whatMustNotHappenTwiceIsLookedUpUnlessItWasSurelyNotCarriedOut() {
        for event in [answer(500), answer(503), answer(408), .failure(.timedOut), .failure(.interrupted)] {
            var state = state(.unsafe)
            #expect(state.decide(event) == .unknownOutcome)
        }
        for event in [answer(429, after: .seconds(3)), .failure(.notReached)] {
            var state = state(.unsafe)
            guard case .retry = state.decide(event) else { Issue.record("\(event) was not carried out"); return }
        }
        var state = state(.unsafe)
        #expect(state.decide(answer(401)) == .renewToken)
    }

    @Test func aSecond401IsNotAboutAge() {
        var state = state()
        #expect(state.decide(answer(401)) == .renewToken)
        #expect(state.decide(answer(401)) == .done)
    }

    @Test func theServersWishToWaitIsHonouredUpToTheBudget() {
        var state = state(budget: .seconds(100))
        #expect(state.decide(answer(429, after: .seconds(60))) == .retry(after: .seconds(60)))
        #expect(state.decide(answer(429)) == .retry(after: .seconds(10)))
        #expect(state.decide(answer(429, after: .seconds(30))) == .retry(after: .seconds(30)))
        guard case .giveUp(let reason) = state.decide(answer(429, after: .zero)) else { Issue.record("over budget"); return }
        #expect(reason == "asks to wait 1 s, after 100 s of waiting already; the limit is 100 s")
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
