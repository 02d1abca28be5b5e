// `http_version`: what is spoken is what was asked for, by the server's own log, or the request has failed and says so.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.enabled(if: NginxBefore.isInstalled, "needs nginx and openssl"))
struct HTTPVersionTests {
    private static func run(
        _ version: ConnectionRule.HTTPVersion, _ url: NginxAlone.Port
    ) async throws -> (run: FinishedRun, noted: [NginxAlone.Noted]) {
        let backend = try ScriptedServer { _ in [.completion] }
        let nginx = try await NginxAlone(backend: backend.port)
        var rule = ConnectionRule()
        rule.httpVersion = version
        let run = try await RunHarness.run(
            RunHarness.plan(TransferTests.few(3), url: nginx.url(url), connections: rule), environment: nginx.authority)
        backend.stop()
        return (run, nginx.noted)
    }

    @Test(arguments: [
        (ConnectionRule.HTTPVersion.automatic, NginxAlone.Port.secure, "HTTP/2.0"), (.http1, .secure, "HTTP/1.1"),
        (.http2, .secure, "HTTP/2.0"), (.http2, .plain, "HTTP/2.0"), (.automatic, .secureHTTP1, "HTTP/1.1"),
    ])
    func theServerSeesWhatWasAskedFor(
        version: ConnectionRule.HTTPVersion, url: NginxAlone.Port, spoken: String
    ) async throws {
        let (run, noted) = try await Self.run(version, url)
        #expect(run.requests.count == 3 && noted.count == 3)
        #expect(run.requests.map { run.texts[$0.errorText] } == ["", "", ""])
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 })
        #expect(noted.allSatisfy { $0.version == spoken && $0.status == 200 })
        #expect(run.connections.map(\.httpVersion) == [spoken])
    }

    @Test func aServerWithoutItFailsTheRequest() async throws {
        let (run, noted) = try await Self.run(.http2, .secureHTTP1)
        #expect(run.requests.count == 3 && noted.isEmpty)
        #expect(run.requests.allSatisfy { $0.errorCode == 1650 && $0.phase == .tls && $0.sent == -1 })
        #expect(run.requests.allSatisfy { run.texts[$0.errorText] == "http2: the server does not speak it" })
    }
}
