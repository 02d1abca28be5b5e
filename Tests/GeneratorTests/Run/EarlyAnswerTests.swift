// A server may answer before it has read the request (RFC 9113 §8.1), as nginx does with whatever it need not read: answers count, with
// their status and their words, and nothing hangs. Held against nginx's log, and against frames written by hand.

import CHTTP2
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: NginxBefore.isInstalled && TLSScript.isAvailable, "needs nginx, openssl and python3"))
struct EarlyAnswerTests {
    /// How connections are had.
    enum Way: Sendable { case ownEach, shared, sharedAndMadeBefore }

    private static let completion =
        #"{"model":"m","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#

    private static func rule(_ way: Way) -> ConnectionRule {
        var rule = ConnectionRule()
        if way != .ownEach { rule.shared = 2 }
        rule.preconnects = way == .sharedAndMadeBefore
        return rule
    }

    /// nginx lets 64 KiB of a body through and answers when it has the head: there is a window for all of a request, or for part of it.
    /// It ends a connection after 8 MB of bodies that it does not read, so that there are fewer of the large ones.
    @Test(arguments: [Way.ownEach, .shared, .sharedAndMadeBefore], [1, 30, 100])
    func noneFailsThatNginxAnswers(way: Way, kilobytes: Int) async throws {
        let nginx = try await NginxAlone(
            backend: 1, directives: "keepalive_requests 1000000; default_type application/json;",
            answer: "return 200 '\(Self.completion)';")
        let few = Executor.constantArrivalRate(
            rate: 200, timeUnit: .seconds(1), duration: .seconds(1), preAllocatedVUs: 40, maxVUs: 40)
        let run = try await RunHarness.run(
            RunHarness.plan(
                kilobytes == 1 ? ResendTests.users(40, for: .seconds(1)) : few, url: nginx.url(.secure), connections: Self.rule(way)),
            content: String(repeating: "0123456789", count: kilobytes * 100), environment: nginx.authority)
        let told = Set(run.requests.map { "\($0.status) \(run.texts[$0.errorText]) \($0.completionTokens) \($0.resends)" })
        #expect(told == ["200  5 0"])
        #expect(run.requests.count > 20 && nginx.noted.count == run.requests.count)
        #expect(nginx.noted.allSatisfy { $0.status == 200 && $0.version == "HTTP/2.0" })
        #expect(sml_http2_is_between() == 1)
    }

    private static func script(_ behaviour: TLSBehaviour, _ way: Way) async throws -> (run: FinishedRun, server: TLSScript) {
        let certificates = try await TestCertificates()
        let server = try await TLSScript(behaviour, certificates)
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantArrivalRate(
                    rate: 20, timeUnit: .seconds(1), duration: .milliseconds(1_000), preAllocatedVUs: 20, maxVUs: 20),
                url: server.url, timeout: .seconds(5), connections: rule(way)),
            environment: ["SSL_CERT_FILE": certificates.certificate])
        return (run, server)
    }

    /// Not even an end of its own: what ends it is the end of its stream.
    @Test(arguments: [Way.ownEach, .shared], [TLSBehaviour.http2Early, .http2EarlyTogether])
    func anAnswerNeedNotSayHowLongItIs(way: Way, behaviour: TLSBehaviour) async throws {
        let (run, server) = try await Self.script(behaviour, way)
        #expect(run.requests.count == 20 && server.requests == 20)
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 && $0.errorCode == 0 })
    }

    @Test(arguments: [Way.ownEach, .shared]) func aRefusalIsHeard(way: Way) async throws {
        let (run, server) = try await Self.script(.http2EarlyRefusal, way)
        #expect(run.requests.count == 20 && server.requests == 20)
        #expect(run.requests.allSatisfy { $0.status == 429 && $0.errorCode == 1429 && $0.end - $0.started < 1_000_000_000 })
    }
}
