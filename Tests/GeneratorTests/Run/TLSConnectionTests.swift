// The same rules through TLS and HTTP/2: stray bytes, requests sent again, streams that end too early. And what must not
// be mistaken for it: tickets, alerts, frames of an idle HTTP/2 connection.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized, .enabled(if: TLSScript.isAvailable, "needs python3 and openssl"))
struct TLSConnectionTests {
    private static func run(
        _ behaviour: TLSBehaviour, _ executor: Executor = ResendTests.users(3, for: .seconds(1)), think: Duration = .milliseconds(60)
    ) async throws -> (run: FinishedRun, requests: Int, connections: Int) {
        let certificates = try await TestCertificates()
        let server = try await TLSScript(behaviour, certificates)
        let run = try await RunHarness.run(
            RunHarness.plan(executor, url: server.url, think: think),
            environment: ["SSL_CERT_FILE": certificates.certificate])
        try #require(run.requests.count >= 3)
        return (run, server.requests, server.connections)
    }

    private static func givenUp(_ run: FinishedRun) -> Int {
        run.samples.reduce(0) { $0 + Int($1.strayConnections) }
    }

    @Test(arguments: [TLSBehaviour.good, .http2Idle]) func goodConnectionsAreKept(behaviour: TLSBehaviour) async throws {
        let (run, requests, connections) = try await Self.run(behaviour)
        #expect(run.requests.count > 6)
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 && $0.resends == 0 })
        #expect(run.requests.allSatisfy { $0.httpVersion == (behaviour == .good ? 11 : 20) && $0.tlsVersion == 13 })
        #expect(requests == run.requests.count && connections == 3)
        #expect(Self.givenUp(run) == 0)
    }

    @Test(arguments: [TLSBehaviour.secondAnswer, .lateAnswer, .unasked408]) func strayBytesReachNobody(behaviour: TLSBehaviour) async throws
    {
        let (run, requests, connections) = try await Self.run(behaviour, TransferTests.few(5, rate: 5), think: .zero)
        StrayBytesTests.expectNothingTaken(run, read: requests, status: 200)
        #expect(connections == 5)
        #expect((4...5).contains(Self.givenUp(run)))
    }

    @Test func strayBytesReachNobodyBackToBack() async throws {
        let (run, requests, _) = try await Self.run(.secondAnswer, ResendTests.users(3, for: .milliseconds(500)), think: .zero)
        StrayBytesTests.expectNothingTaken(run, read: requests, status: 200)
        #expect(Self.givenUp(run) == run.requests.count)
    }

    /// close_notify is bytes on an idle connection too, but no answer.
    @Test func idleConnectionsThatEndAreNotStray() async throws {
        let (run, requests, connections) = try await Self.run(.closeIdle)
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 })
        #expect(requests == run.requests.count && connections == run.requests.count)
        #expect(Self.givenUp(run) == 0)
    }

    @Test(arguments: [TLSBehaviour.resetWorking, .http2ResetWorking]) func whatWasWorkedOnIsNotSentAgain(
        behaviour: TLSBehaviour
    ) async throws {
        let (run, requests, connections) = try await Self.run(behaviour)
        let failed = run.requests.filter { $0.status != 200 }
        #expect(!failed.isEmpty)
        #expect(requests == run.requests.count)
        #expect(run.requests.count - failed.count == connections)
        #expect(failed.allSatisfy { $0.resends == 0 && $0.errorCode == 1220 && $0.phase == .wait })
        #expect(failed.allSatisfy { (250_000_000...2_000_000_000).contains($0.end - $0.sent) })
    }

    /// RFC 9113 §8.7: refused, and above the last stream of a GOAWAY, is not worked on.
    @Test(arguments: [TLSBehaviour.http2Refuse, .http2GoAway]) func whatWasRefusedIsSentAgain(behaviour: TLSBehaviour) async throws {
        let (run, requests, _) = try await Self.run(behaviour)
        let resent = run.requests.reduce(0) { $0 + Int($1.resends) }
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 })
        #expect(resent > 0 && requests == run.requests.count + resent)
    }

    @Test func streamThatEndsAsItMust() async throws {
        let (run, _, _) = try await Self.run(.streamEnds)
        #expect(run.requests.allSatisfy { $0.status == 200 && $0.completionTokens == 5 && $0.errorCode == 0 })
    }

    @Test(arguments: [TLSBehaviour.streamCut, .streamCutInRecord]) func streamThatIsCut(behaviour: TLSBehaviour) async throws {
        let (run, _, _) = try await Self.run(behaviour)
        #expect(run.requests.allSatisfy { $0.status == 0 && $0.errorCode == 1000 && $0.phase == .receive })
        #expect(run.requests.allSatisfy { run.texts[$0.errorText] == "unexpected EOF" })
    }
}
