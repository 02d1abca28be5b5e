// A request is sent again only when the server cannot have read it: against servers that count what they really read.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct ResendTests {
    static func users(_ count: Int, for duration: Duration) -> Executor {
        .constantVUs(vus: count, duration: duration)
    }

    struct Crash: Sendable, CustomStringConvertible {
        var description: String
        var actions: [ServerAction]
        var code: UInt16
        var text: String
    }

    static let crashes: [Crash] = [
        Crash(
            description: "reset 300 ms into the request", actions: [.pause(milliseconds: 300), .reset], code: 1220,
            text: "read: connection reset by peer"),
        Crash(
            description: "closed 300 ms into the request", actions: [.pause(milliseconds: 300), .close], code: 1000, text: "EOF"),
        Crash(description: "closed at once, having read it", actions: [.close], code: 1000, text: "EOF"),
    ]

    /// Each connection answers once; the second request on it is read, worked on, and never answered.
    @Test(arguments: crashes) func crashingServerLooksLikeOne(crash: Crash) async throws {
        let seen = Counter()
        let server = try ScriptedServer { seen.next(for: $0.connection) == 1 ? [.completion] : crash.actions }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.users(4, for: .seconds(1)), url: server.url, think: .milliseconds(20)))
        let failed = run.requests.filter { $0.status != 200 }
        // One of two fails, and none of them was sent again.
        #expect(failed.count >= 4)
        #expect(server.requests.count == run.requests.count)
        #expect(run.requests.count - failed.count == server.connections)
        for record in failed {
            #expect(record.errorCode == crash.code && run.texts[record.errorText] == crash.text)
            #expect(record.phase == .wait && record.firstByte == -1 && record.sent >= record.started)
            #expect(record.flags.contains(.connectionReused) && !record.flags.contains(.retriedByTransport))
            #expect(record.resends == 0)
            // The request's own time, not that of what libcurl did afterwards.
            #expect(crash.text == "EOF" || (250_000_000...2_000_000_000).contains(record.end - record.sent))
        }
    }

    /// Many idle connections to the same server: what died on one must not go out on the next.
    @Test func crashWithOtherConnectionsIdle() async throws {
        let seen = Counter()
        let server = try ScriptedServer {
            seen.next(for: $0.connection) < 3 ? [.pause(milliseconds: 20), .completion] : [.pause(milliseconds: 100), .reset]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.users(16, for: .milliseconds(800)), url: server.url, think: .milliseconds(40)))
        #expect(run.requests.contains { $0.errorCode == 1220 })
        #expect(run.requests.allSatisfy { $0.resends == 0 })
        #expect(server.requests.count == run.requests.count)
    }

    /// A server that ends its connections as soon as it has answered: the next request may be on its way. What of those
    /// lies unread in its kernel when it does may fail, as in k6; none is read twice, and none is lost.
    @Test(arguments: [false, true]) func connectionsThatEndAsTheyAreUsed(isReset: Bool) async throws {
        let server = try ScriptedServer { _ in [.completion, isReset ? .reset : .close] }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.users(2, for: .milliseconds(500)), url: server.url))
        let succeeded = run.requests.count { $0.status == 200 }
        #expect(succeeded > 10)
        #expect(server.requests.count == succeeded)
        #expect(run.requests.allSatisfy { $0.status == 200 || [1000, 1201, 1220].contains($0.errorCode) })
    }

    /// Closed while idle is no event at all: the next request has a new connection from the start. (A server that a busy
    /// machine kept from closing for 50 ms was seen: that long may the close take here six times.)
    @Test func connectionsClosedBetweenRequests() async throws {
        let server = try ScriptedServer { _ in [.completion, .close] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.users(2, for: .milliseconds(1500)), url: server.url, think: .milliseconds(300)))
        #expect(run.requests.count > 4)
        #expect(run.requests.allSatisfy { $0.status == 200 })
        #expect(server.requests.count == run.requests.count)
        #expect(run.samples.allSatisfy { $0.strayConnections == 0 })
    }
}
