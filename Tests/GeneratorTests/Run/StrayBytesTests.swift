// Bytes on an idle connection are an answer to nobody: the connection is given up, counted, and no request gets them.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite(.serialized) struct StrayBytesTests {
    /// An answer with so many tokens; the real ones have 5.
    static func completion(tokens: Int, headers: [String] = [], padding: Int = 0) -> String {
        let body =
            #"{"model":"m","choices":[{"finish_reason":"stop","message":{"content":"\#(String(repeating: "x", count: padding))"}}],"#
            + #""usage":{"prompt_tokens":3,"completion_tokens":\#(tokens)}}"#
        return (["HTTP/1.1 200 OK", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    static func chunked(tokens: Int) -> String {
        let body =
            #"{"model":"m","choices":[{"finish_reason":"stop","message":{"content":"y"}}],"#
            + #""usage":{"prompt_tokens":3,"completion_tokens":\#(tokens)}}"#
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
    }

    struct Stray: Sendable, CustomStringConvertible {
        var description: String
        var actions: [ServerAction]
        /// What libcurl reads together with the answer's end it drops by itself, and closes.
        var isSeen = true
        var status: UInt16 = 200
    }

    static let unasked = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    static let strays: [Stray] = [
        Stray(
            description: "an unasked 408 before a close",
            actions: [.send(completion(tokens: 5)), .pause(milliseconds: 30), .send(unasked), .close]),
        Stray(
            description: "a second answer, 30 ms late",
            actions: [.send(completion(tokens: 5)), .pause(milliseconds: 30), .send(completion(tokens: 9999))]),
        Stray(
            description: "a second answer right behind a long one",
            actions: [.send(completion(tokens: 5, padding: 9000) + completion(tokens: 9999))]),
        Stray(
            description: "a second answer behind headers that came alone",
            actions: {
                let answer = completion(tokens: 5)
                let head = answer.range(of: "\r\n\r\n")!.upperBound
                return [
                    .send(String(answer[..<head])), .pause(milliseconds: 10), .send(answer[head...] + completion(tokens: 9999)),
                ]
            }()),
        Stray(
            description: "a second answer behind chunks, longer than one read",
            actions: [.send(chunked(tokens: 5) + completion(tokens: 9999, padding: 9000))]),
        Stray(
            description: "the tail behind a wrong length",
            actions: [
                .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), .pause(milliseconds: 10), .send("{}" + completion(tokens: 9999)),
            ]),
        Stray(
            description: "a body behind a 204",
            actions: [.send("HTTP/1.1 204 No Content\r\n\r\n"), .pause(milliseconds: 20), .send(completion(tokens: 9999))],
            status: 204),
        Stray(
            description: "a second answer in the same read", actions: [.send(completion(tokens: 5) + completion(tokens: 9999))],
            isSeen: false),
    ]

    @Test(arguments: strays) func noRequestGetsIt(stray: Stray) async throws {
        let server = try ScriptedServer { _ in stray.actions }
        defer { server.stop() }
        // 200 ms apart: what comes while the next request is under way is its answer, for k6 too.
        let run = try await RunHarness.run(RunHarness.plan(TransferTests.few(5, rate: 5), url: server.url))
        Self.expectNothingTaken(run, read: server.requests.count, status: stray.status)
        // Each connection had one answer and its stray bytes, the last ones perhaps after the run's end.
        let givenUp = run.samples.reduce(0) { $0 + Int($1.strayConnections) }
        #expect(server.connections == 5)
        #expect(stray.isSeen ? (4...5).contains(givenUp) : givenUp == 0)
    }

    /// Without a pause between requests there is no time for an event: what lies behind an answer is looked for.
    @Test func requestsBackToBack() async throws {
        let server = try ScriptedServer { _ in
            [.send(Self.completion(tokens: 5, padding: 9000) + Self.completion(tokens: 9999))]
        }
        defer { server.stop() }
        let run = try await RunHarness.run(RunHarness.plan(ResendTests.users(3, for: .milliseconds(300)), url: server.url))
        try #require(run.requests.count > 10)
        Self.expectNothingTaken(run, read: server.requests.count, status: 200)
    }

    /// Good answers give nothing up, however they arrive.
    @Test func goodAnswersKeepTheirConnections() async throws {
        let shapes: [[ServerAction]] = [
            [.send(Self.completion(tokens: 5))], [.send(Self.completion(tokens: 5, padding: 9000))],
            [.send(Self.chunked(tokens: 5))], [.drip(Self.completion(tokens: 5), everyMilliseconds: 0)],
        ]
        for shape in shapes {
            let server = try ScriptedServer { _ in shape }
            defer { server.stop() }
            let run = try await RunHarness.run(RunHarness.plan(ResendTests.users(2, for: .milliseconds(200)), url: server.url))
            #expect(run.requests.allSatisfy { $0.completionTokens == 5 })
            #expect(server.connections == 2 && server.requests.count == run.requests.count)
            #expect(run.samples.allSatisfy { $0.strayConnections == 0 })
        }
    }

    static func expectNothingTaken(_ run: FinishedRun, read: Int, status: UInt16) {
        #expect(run.requests.count == read)
        #expect(run.requests.allSatisfy { $0.status == status && $0.completionTokens != 9999 && $0.resends == 0 })
    }
}
