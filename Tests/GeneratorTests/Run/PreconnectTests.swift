// `preconnect` and `tls_resumption`, by nginx's log: a connection for every user before its first request, no request more than the
// plan has, and a TLS session taken up where that was asked for only.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: NginxBefore.isInstalled, "needs nginx and openssl"))
struct PreconnectTests {
    private static func run(
        _ executor: Executor, url: NginxAlone.Port = .secure, directives: String = "",
        _ change: (inout ConnectionRule) -> Void
    ) async throws -> (run: FinishedRun, noted: [NginxAlone.Noted]) {
        let backend = try ScriptedServer { _ in [.pause(milliseconds: 20), .completion] }
        let nginx = try await NginxAlone(backend: backend.port, directives: directives)
        var rule = ConnectionRule()
        change(&rule)
        let run = try await RunHarness.run(
            RunHarness.plan(executor, url: nginx.url(url), connections: rule), workers: 2, environment: nginx.authority)
        backend.stop()
        return (run, nginx.noted)
    }

    private static let arrivals = Executor.constantArrivalRate(
        rate: 50, timeUnit: .seconds(1), duration: .milliseconds(500), preAllocatedVUs: 12, maxVUs: 20)

    @Test(arguments: [
        (ResendTests.users(12, for: .milliseconds(300)), NginxAlone.Port.secure), (arrivals, NginxAlone.Port.secure),
        (ResendTests.users(12, for: .milliseconds(300)), NginxAlone.Port.secureHTTP1),
    ])
    func everyUsersConnectionIsThere(executor: Executor, url: NginxAlone.Port) async throws {
        let (run, noted) = try await Self.run(executor, url: url) { $0.preconnects = true }
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 })
        #expect(run.requests.allSatisfy { $0.flags.contains(.connectionReused) && $0.connectMicroseconds == 0 && $0.tlsMicroseconds == 0 })
        #expect(noted.count == run.requests.count && noted.allSatisfy { $0.status == 200 })
        #expect(run.connections.first?.preconnect == PreconnectCount(asked: 12, ready: 12))
        #expect(run.connections.reduce(0) { $0 + $1.count } == 12)
        #expect(run.requests.allSatisfy { $0.scheduled >= 0 })
    }

    @Test func sharedOnesAreMadeBeforeToo() async throws {
        let (run, noted) = try await Self.run(
            ResendTests.users(24, for: .milliseconds(300)), directives: "http2_max_concurrent_streams 6;"
        ) {
            $0.preconnects = true
            $0.shared = 4
        }
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.flags.contains(.connectionReused) })
        #expect(noted.count == run.requests.count && Set(noted.map(\.connection)).count == 4)
        #expect(run.connections.first?.preconnect == PreconnectCount(asked: 4, ready: 4))
        // All six users of a connection at once: what the server allows is known by then.
        #expect(run.connections.first?.streams?.most == 6 && run.connections.first?.streams?.waited == 0)
    }

    @Test func failuresAreCountedAndNoRequests() async throws {
        let port = try RefusingPort()
        var rule = ConnectionRule()
        rule.preconnects = true
        let run = try await RunHarness.run(
            RunHarness.plan(ResendTests.users(3, for: .milliseconds(100)), url: port.url, think: .seconds(5), connections: rule))
        #expect(run.connections.first?.preconnect == PreconnectCount(asked: 3, failed: ["dial: connection refused": 3]))
        #expect(run.requests.count == 3 && run.requests.allSatisfy { $0.errorCode == 1212 })
    }

    /// k6's users each begin with a whole handshake.
    @Test(arguments: [false, true]) func sessionsAreResumedWhereAskedFor(resumes: Bool) async throws {
        let (run, noted) = try await Self.run(
            ResendTests.users(4, for: .seconds(1)), url: .secureHTTP1, directives: "keepalive_requests 1;"
        ) { $0.resumesTLS = resumes }
        #expect(run.requests.allSatisfy { $0.status == 200 })
        let resumed = noted.count(where: \.isResumed)
        // Not all: a session that came with an answer is there for whoever connects after it.
        if resumes { #expect(resumed > noted.count / 4 && noted.count > 16) } else { #expect(resumed == 0) }
    }
}
