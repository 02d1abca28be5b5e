// Single requests against a server that misbehaves on purpose: what goes over the wire, and what the record says.

import Foundation
import Scenarios
import Synchronization
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct TransferTests {
    /// `count` arrivals 20 ms apart.
    static func few(_ count: Int, rate: Int = 50) -> Executor {
        .constantArrivalRate(
            rate: rate, timeUnit: .seconds(1), duration: .milliseconds(1000 * count / rate), preAllocatedVUs: 1,
            maxVUs: 100)
    }

    @Test func requestIsExactlyTheContracts() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                Self.few(1), url: server.url, apiKey: "secret-key",
                headers: [.init(name: "X-Tenant", value: "a"), .init(name: "X-Empty", value: "")]))
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /v1/chat/completions HTTP/1.1")
        #expect(request.header("Authorization") == "Bearer secret-key")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("User-Agent") == "sml-loadgen/test")
        #expect(request.header("X-Tenant") == "a")
        #expect(request.header("X-Empty") == "")
        #expect(request.header("Host") == "127.0.0.1:\(server.port)")
        for absent in ["Accept", "Accept-Encoding", "Expect", "Transfer-Encoding"] {
            #expect(request.header(absent) == nil, "\(absent)")
        }
        #expect(Set(request.headers.map { $0.name.lowercased() }).count == 7)
        #expect(request.body == testBody)
        // "Name: value" and a line end; an empty header has no space after its colon.
        let head = request.headers.reduce(request.line.utf8.count + 4) { sum, header in
            sum + header.name.utf8.count + header.value.utf8.count + (header.value.isEmpty ? 3 : 4)
        }
        #expect(run.requests.first?.bytesSent == UInt32(head + testBody.utf8.count))
    }

    struct Fault: Sendable, CustomStringConvertible {
        var name: String
        var actions: [ServerAction]
        var status: UInt16 = 0
        var code: UInt16
        var text: String
        var phase: TransferPhase
        var description: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "close without answer", actions: [.close], code: 1000, text: "EOF", phase: .wait),
        Fault(
            name: "reset while waiting", actions: [.reset], code: 1220, text: "read: connection reset by peer",
            phase: .wait),
        Fault(
            name: "reset mid-body", actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), .pause(milliseconds: 50), .reset],
            code: 1220, text: "read: connection reset by peer", phase: .receive),
        Fault(
            name: "body cut short", actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\""), .close],
            code: 1000, text: "unexpected EOF", phase: .receive),
        Fault(
            name: "chunks cut short",
            actions: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"), .close],
            code: 1000, text: "unexpected EOF", phase: .receive),
        Fault(
            name: "not HTTP", actions: [.send("SSH-2.0-OpenSSH_9.2\r\n"), .close], code: 1000,
            text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "two lengths", actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "two lengths in one", actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "negative length", actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "chunk without a size",
            actions: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "chunk over 2^63",
            actions: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "chunk over 2^64",
            actions: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}"), .close],
            code: 1000, text: "malformed HTTP response", phase: .receive),
        Fault(
            name: "body to the end of the stream, reset",
            actions: [.send("HTTP/1.0 200 OK\r\n\r\n{"), .pause(milliseconds: 50), .reset],
            code: 1220, text: "read: connection reset by peer", phase: .receive),
        Fault(
            name: "length and chunks",
            actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 900\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")],
            status: 200, code: 0, text: "", phase: .complete),
        Fault(
            name: "timeout before headers", actions: [.pause(milliseconds: 800), .close], code: 1050,
            text: "request timeout", phase: .wait),
        Fault(
            name: "timeout in the body",
            actions: [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), .pause(milliseconds: 800), .close],
            code: 1050, text: "request timeout", phase: .receive),
        Fault(
            name: "undecodable gzip",
            actions: [.answer(headers: ["Content-Encoding: gzip"], "this is not gzip at all")],
            code: 1701, text: "error decompressing response body", phase: .receive),
        Fault(
            name: "unknown encoding", actions: [.answer(headers: ["Content-Encoding: zstd"], "this is not zstd at all")],
            code: 1701, text: "error decompressing response body", phase: .receive),
        Fault(
            name: "too many requests", actions: [.answer(status: "429 Too Many Requests", "{}")], status: 429, code: 1429,
            text: "", phase: .complete),
        Fault(
            name: "server error", actions: [.answer(status: "503 Service Unavailable", "busy")], status: 503, code: 1503,
            text: "", phase: .complete),
    ]

    @Test(arguments: faults) func faultIsClassifiedAsK6Does(fault: Fault) async throws {
        let server = try ScriptedServer { _ in fault.actions }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.few(1), url: server.url, timeout: .milliseconds(400)))
        let record = try #require(run.requests.first)
        #expect(run.requests.count == 1)
        #expect(record.status == fault.status)
        #expect(record.errorCode == fault.code)
        #expect(run.texts[record.errorText] == fault.text)
        #expect(record.phase == fault.phase)
        #expect(record.flags.isSuperset(of: [.final, .endsIteration]))
        #expect(!record.flags.contains(.hasChoices) && !record.flags.contains(.interrupted))
    }

    @Test func refusedConnectionNeverSends() async throws {
        let port = try RefusingPort()
        let run = try await RunHarness.run(RunHarness.plan(Self.few(2), url: port.url))
        #expect(run.requests.count == 2)
        for record in run.requests {
            #expect(record.errorCode == 1212 && run.texts[record.errorText] == "dial: connection refused")
            #expect(record.sent == -1 && record.firstByte == -1 && record.phase == .connect)
            #expect(record.end >= record.started)
        }
    }

    @Test func unknownHostIsACountedFailure() async throws {
        let run = try await RunHarness.run(
            RunHarness.plan(Self.few(1), url: "http://no-such-host.invalid/v1/chat/completions"))
        #expect(run.requests.map(\.errorCode) == [1101])
        #expect(run.requests.map(\.phase) == [.resolve])
    }

    /// {"choices":[{}]} as gzip -9 and zlib made it, and by hand from the formats: one stored block each of zstd
    /// (RFC 8878) and brotli (RFC 7932).
    static let compressed: [(encoding: String, body: [UInt8])] = [
        (
            "gzip",
            [
                0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0xce, 0xc8, 0xcf, 0x4c,
                0x4e, 0x2d, 0x56, 0xb2, 0x8a, 0xae, 0xae, 0x8d, 0xad, 0x05, 0x00, 0xb2, 0x49, 0x1b, 0xe1, 0x10, 0x00,
                0x00, 0x00,
            ]
        ),
        (
            "deflate",
            [
                0x78, 0xda, 0xab, 0x56, 0x4a, 0xce, 0xc8, 0xcf, 0x4c, 0x4e, 0x2d, 0x56, 0xb2, 0x8a, 0xae, 0xae, 0x8d,
                0xad, 0x05, 0x00, 0x31, 0xd5, 0x06, 0x05,
            ]
        ),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x10, 0x81, 0x00, 0x00] + Array(#"{"choices":[{}]}"#.utf8)),
        ("br", [0xf0, 0x00, 0x10] + Array(#"{"choices":[{}]}"#.utf8) + [0x03]),
    ]

    @Test(arguments: compressed.map(\.encoding))
    func compressedAnswersAreReadWithoutAskingForThem(encoding: String) async throws {
        let body = try #require(Self.compressed.first { $0.encoding == encoding }).body
        let server = try ScriptedServer { _ in
            [
                .send("HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n"),
                .sendBytes(body),
            ]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.few(1), url: server.url))
        #expect(run.requests.map(\.errorCode) == [0])
        #expect(run.requests.allSatisfy { $0.flags.contains(.hasChoices) })
        #expect(server.requests.first?.header("Accept-Encoding") == nil)
    }

    @Test func oversizedBodyIsRefused() async throws {
        let server = try ScriptedServer { _ in [.answer(String(repeating: "x", count: 200_000))] }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(Self.few(1), url: server.url, responseLimit: 100_000))
        #expect(run.requests.map { run.texts[$0.errorText] } == ["response body over the limit"])
    }

    @Test func largeAnswersAreReadWhole() async throws {
        let filler = String(repeating: "a", count: 900_000)
        let server = try ScriptedServer { _ in [.answer("{\"x\":\"\(filler)\",\"choices\":[{}]}")] }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.few(3), url: server.url))
        #expect(run.requests.count == 3)
        #expect(run.requests.allSatisfy { $0.flags.contains(.hasChoices) && $0.bytesReceived > 900_000 })
    }

    @Test func redirectsAreFollowedHopByHop() async throws {
        let server = try ScriptedServer { request in
            switch request.line.split(separator: " ")[1] {
            case "/v1/chat/completions":
                [.answer(status: "307 Temporary Redirect", headers: ["Location: /second"], "")]
            case "/second": [.answer(status: "302 Found", headers: ["Location: /third"], "")]
            default: [.completion]
            }
        }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.few(2), url: server.url, apiKey: "k"))
        #expect(run.requests.count == 6)
        #expect(run.requests.map(\.hop) == [0, 1, 2, 0, 1, 2])
        #expect(run.requests.map(\.status) == [307, 302, 200, 307, 302, 200])
        #expect(run.requests.map { $0.flags.contains(.final) } == [false, false, true, false, false, true])
        #expect(run.requests.map { $0.flags.contains(.methodGet) } == [false, false, true, false, false, true])
        #expect(run.texts[run.requests[2].url].hasSuffix("/third"))
        let lines = server.requests.map { $0.line.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(lines.prefix(3) == ["POST /v1/chat/completions", "POST /second", "GET /third"])
        #expect(server.requests[1].body == testBody && server.requests[2].body == "")
        #expect(server.requests.allSatisfy { $0.header("Authorization") == "Bearer k" })
        #expect(run.end.startedIterations == 2)
    }

    /// 127.0.0.1 on another port is another server, which records everything it gets.
    @Test(arguments: ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
    func onlyHarmlessHeadersFollowToAnotherPort(_ status: String) async throws {
        let other = try ScriptedServer { _ in [.completion] }
        defer { other.stop() }
        let server = try ScriptedServer { _ in
            [.answer(status: status, headers: ["Location: http://127.0.0.1:\(other.port)/elsewhere"], "")]
        }
        defer { server.stop() }
        let secrets = [
            "X-Auth-Token", "apikey", "Ocp-Apim-Subscription-Key", "X-Goog-Api-Key", "Private-Token", "X-Amz-Security-Token",
            "Cookie", "X-Of-No-List",
        ].map { RequestTarget.Header(name: $0, value: "canary-\($0)") }
        let harmless = [RequestTarget.Header(name: "Accept-Language", value: "de"), .init(name: "User-Agent", value: "mine")]
        let run = try await RunHarness.run(
            RunHarness.plan(Self.few(1), url: server.url, apiKey: "canary-key", headers: secrets + harmless))
        #expect(run.requests.map(\.status) == [UInt16(status.prefix(3)), 200])
        let first = try #require(server.requests.first)
        #expect((secrets + harmless).allSatisfy { first.header($0.name) == $0.value })
        let landed = try #require(other.requests.first)
        #expect(!landed.headers.contains { $0.value.contains("canary") })
        let names = Set(landed.headers.map { $0.name.lowercased() }.filter { !$0.isEmpty })
        #expect(
            names
                == (status.hasPrefix("302")
                    ? ["host", "user-agent", "accept-language"]
                    : ["host", "user-agent", "accept-language", "content-type", "content-length"]))
        #expect(landed.header("User-Agent") == "mine" && landed.header("Accept-Language") == "de")
    }

    @Test func credentialsDoNotFollowToAnotherHost() async throws {
        let other = try ScriptedServer { _ in [.completion] }
        defer { other.stop() }
        let location = "http://localhost:\(other.port)/elsewhere"
        let server = try ScriptedServer { _ in
            [.answer(status: "308 Permanent Redirect", headers: ["Location: \(location)"], "")]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(
            RunHarness.plan(
                Self.few(1), url: server.url, apiKey: "secret", headers: [.init(name: "X-API-Key", value: "other")]))
        #expect(run.requests.map(\.status) == [308, 200])
        let landed = try #require(other.requests.first)
        #expect(landed.header("Authorization") == nil && landed.header("X-API-Key") == nil)
        #expect(landed.body == testBody)
        #expect(server.requests.first?.header("Authorization") == "Bearer secret")
    }

    @Test func tenRedirectsAreTheLimit() async throws {
        let server = try ScriptedServer { _ in [.answer(status: "307 Temporary Redirect", headers: ["Location: /again"], "")] }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(Self.few(1), url: server.url))
        #expect(run.requests.count == 11)
        #expect(run.requests.last?.flags.contains(.final) == true)
        #expect(run.requests.last?.status == 307)
    }
}

/// Numbers the requests of each connection.
final class Counter: Sendable {
    private let counts = Mutex<[Int: Int]>([:])
    func next(for key: Int) -> Int {
        counts.withLock { counts in
            counts[key, default: 0] += 1
            return counts[key]!
        }
    }
}
