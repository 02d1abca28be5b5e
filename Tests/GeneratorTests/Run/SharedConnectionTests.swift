// `connections: N`: streams share connections over HTTP/2. How many there are, how many requests they carried, and what became of
// those that a connection took with it, is held against nginx's log or a server that counts what it reads.

import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: NginxBefore.isInstalled && TLSScript.isAvailable, "needs nginx, openssl and python3"))
struct SharedConnectionTests {
    private static func rule(_ connections: Int, http2: Bool = false) -> ConnectionRule {
        var rule = ConnectionRule()
        rule.shared = connections
        if http2 { rule.httpVersion = .http2 }
        return rule
    }

    private static func run(
        users: Int, connections: Int, directives: String, workers: Int = 1, url: NginxAlone.Port = .secure,
        duration: Duration = .seconds(1)
    ) async throws -> (run: FinishedRun, noted: [NginxAlone.Noted]) {
        let backend = try ScriptedServer { _ in [.pause(milliseconds: 20), .completion] }
        let nginx = try await NginxAlone(backend: backend.port, directives: directives)
        let run = try await RunHarness.run(
            RunHarness.plan(
                ResendTests.users(users, for: duration), url: nginx.url(url),
                connections: rule(connections, http2: url == NginxAlone.Port.plain)),
            workers: workers, environment: nginx.authority)
        backend.stop()
        return (run, nginx.noted)
    }

    private static func expectAllGood(_ run: FinishedRun, _ noted: [NginxAlone.Noted]) {
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 && $0.httpVersion == 20 })
        #expect(noted.count == run.requests.count && noted.allSatisfy { $0.status == 200 && $0.version == "HTTP/2.0" })
    }

    @Test(arguments: [(1, NginxAlone.Port.secure), (2, NginxAlone.Port.secure), (1, NginxAlone.Port.plain)])
    func usersShareSoManyConnections(workers: Int, url: NginxAlone.Port) async throws {
        let (run, noted) = try await Self.run(users: 40, connections: 4, directives: "", workers: workers, url: url)
        Self.expectAllGood(run, noted)
        #expect(Set(noted.map(\.connection)).count == 4)
        #expect(run.connections.first?.count == 4)
        let streams = try #require(run.connections.first?.streams)
        #expect(streams.most == 10 && streams.limit == nil)
    }

    /// A first wave: what goes alone until the server's settings are there must not keep the others until it is answered.
    @Test func theOthersDoNotWaitForTheFirstAnswer() async throws {
        let backend = try ScriptedServer { _ in [.pause(milliseconds: 3_000), .completion] }
        let nginx = try await NginxAlone(backend: backend.port)
        let run = try await RunHarness.run(
            RunHarness.plan(ResendTests.users(200, for: .milliseconds(500)), url: nginx.url(.secure), connections: Self.rule(8)),
            environment: nginx.authority)
        backend.stop()
        Self.expectAllGood(run, nginx.noted)
        #expect(run.requests.count == 200 && run.requests.allSatisfy { $0.sent - $0.started < 3_000_000_000 })
    }

    /// Requests that the server has no stream for wait, and the wait counts: from the instant they were due.
    @Test func theServersLimitIsKeptAndTold() async throws {
        let (run, noted) = try await Self.run(users: 40, connections: 2, directives: "http2_max_concurrent_streams 4;")
        Self.expectAllGood(run, noted)
        #expect(Set(noted.map(\.connection)).count == 2)
        let streams = try #require(run.connections.first?.streams)
        #expect(streams.most == 4 && streams.limit == 4)
        // 20 users for 4 streams: each request waits for four others of 20 ms.
        let waits = run.requests.map { $0.sent - $0.started }
        #expect(waits.count { $0 > 40_000_000 } > waits.count / 2)
        #expect(streams.waited > UInt64(run.requests.count / 2))
        #expect(run.requests.allSatisfy { $0.end - $0.started >= $0.end - $0.sent })
    }

    /// nginx gives a connection up after so many requests, and answers what it has begun.
    @Test func aConnectionThatIsGivenUpIsReplaced() async throws {
        let (run, noted) = try await Self.run(users: 20, connections: 2, directives: "keepalive_requests 30;")
        Self.expectAllGood(run, noted)
        let requests = Dictionary(grouping: noted, by: \.connection).mapValues(\.count)
        #expect(requests.values.allSatisfy { $0 <= 31 } && requests.count > 4)
        #expect(run.connections.first?.count == UInt64(requests.count))
    }

    private static func script(
        _ behaviour: TLSBehaviour, users: Int, timeout: Duration = .seconds(10)
    ) async throws -> (run: FinishedRun, server: TLSScript) {
        let certificates = try await TestCertificates()
        let server = try await TLSScript(behaviour, certificates)
        let run = try await RunHarness.run(
            RunHarness.plan(
                .constantArrivalRate(
                    rate: 10, timeUnit: .seconds(1), duration: .milliseconds(1_000), preAllocatedVUs: users, maxVUs: users),
                url: server.url, timeout: timeout, connections: rule(1)),
            environment: ["SSL_CERT_FILE": certificates.certificate])
        return (run, server)
    }

    @Test func aResetFailsEachOfItsRequestsOnce() async throws {
        let (run, server) = try await Self.script(.http2ResetSix, users: 20)
        let failed = run.requests.filter { $0.status != 200 }
        #expect(run.requests.count == 10 && server.requests == 10 && failed.count == 6)
        let told = Set(failed.map { "\($0.errorCode) \(run.texts[$0.errorText]), \($0.phase), \($0.resends)" })
        #expect(told == ["1220 read: connection reset by peer, wait, 0"])
    }

    /// RFC 9113 §8.7: what is above the last stream of a GOAWAY was not worked on, and goes to the next connection.
    @Test func whatWasNotWorkedOnIsSentAgain() async throws {
        let (run, server) = try await Self.script(.http2GoAwaySeven, users: 20, timeout: .seconds(3))
        // One before the GOAWAY, two under it, four sent again, three after.
        let told = run.requests.sorted { $0.iteration < $1.iteration }.map { "\($0.status) \(run.texts[$0.errorText])\($0.resends)" }
        #expect(told == ["200 0", "200 0", "200 0", "200 1", "200 1", "200 1", "200 1", "200 0", "200 0", "200 0"])
        #expect(server.connections == 2 && server.requests == 14)
    }

    /// libcurl does not time what waits for a connection.
    @Test func whatWaitsRunsIntoItsTimeLimit() async throws {
        let backend = try ScriptedServer { _ in [.pause(milliseconds: 3_000), .completion] }
        defer { backend.stop() }
        let nginx = try await NginxAlone(backend: backend.port, directives: "http2_max_concurrent_streams 1;")
        let run = try await RunHarness.run(
            RunHarness.plan(
                ResendTests.users(3, for: .seconds(1)), url: nginx.url(.secure), timeout: .milliseconds(800),
                connections: Self.rule(1)),
            environment: nginx.authority)
        // Each user's second request begins when the stream of the first is being given back: the rarer ways to wait.
        #expect(run.requests.count >= 3)
        let wrong = run.requests.filter { $0.errorCode != 1050 || !(750_000_000...2_000_000_000).contains($0.end - $0.started) }
        #expect(wrong.isEmpty, "\(wrong.map { "\($0.errorCode) \($0.end - $0.started) \($0.sent)" })")
        // Of three two wait, or one: before the server's settings are read a second request may be sent, which then waits there.
        #expect(run.requests.contains { $0.sent < 0 && $0.phase == .connect })
    }
}
