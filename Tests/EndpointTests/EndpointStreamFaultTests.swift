import Glibc
import Testing

@testable import Endpoint

/// Each fault of a stream, on the wire and in the log. Streams here have 12 tokens, one a chunk.
@Suite struct EndpointStreamFaultTests {
    private func fail(
        _ mode: String, name: String? = nil, status: Int = 200, tokens: Int, _ check: (RawClient, RawStream) throws -> Void
    ) async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.streaming("x [[fail:\(mode)]]", #","stream_options":{"include_usage":true}"#))
            try check(client, client.stream())
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.mode == name ?? mode)
            #expect(entry.status == status)
            #expect(entry.completionTokens == tokens)
            #expect(entry.chunks == tokens)
            #expect((entry.firstToken > 0) == (tokens > 0))
            #expect(entry.departure >= entry.lastToken)
        }
    }

    @Test(arguments: [("stream-cut", 6), ("stream-cut=1", 1), ("stream-cut=99", 12), ("truncated", 6)])
    func cut(mode: String, tokens: Int) async throws {
        try await fail(mode, name: String(mode.prefix { $0 != "=" }), tokens: tokens) { _, stream in
            #expect(stream.error == .closed)
            // The role and the tokens.
            let chunks = try stream.parsed()
            #expect(chunks.count == tokens + 1)
        }
    }

    @Test(arguments: ["stream-cut=0", "close"])
    func cutBeforeTheFirstByte(mode: String) async throws {
        try await fail(mode, name: String(mode.prefix { $0 != "=" }), status: 0, tokens: 0) { _, stream in
            #expect(stream.error == .closed && stream.head.isEmpty)
        }
    }

    @Test func reset() async throws {
        try await fail("stream-reset=3", name: "stream-reset", tokens: 3) { _, stream in
            // What was under way when the reset came may be lost.
            #expect(stream.error == .system(ECONNRESET))
            #expect(stream.chunks.count <= 4)
        }
    }

    @Test func resetBeforeTheFirstByte() async throws {
        try await fail("reset", status: 0, tokens: 0) { _, stream in
            #expect(stream.error == .system(ECONNRESET) && stream.head.isEmpty)
        }
    }

    @Test func errorObject() async throws {
        try await fail("stream-error", tokens: 6) { client, stream in
            #expect(stream.isComplete)
            #expect(stream.events.count == 9)
            #expect(stream.events[7].hasPrefix(#"{"error":{"message":"Simulated failure of a stream.","type":"server_error""#))
            #expect(stream.events[8] == "[DONE]")
            // The connection still serves.
            try client.send("GET /health HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(try client.response().status == 200)
        }
    }

    @Test func noDone() async throws {
        try await fail("stream-no-done", tokens: 12) { _, stream in
            #expect(stream.isComplete)
            #expect(!stream.events.contains("[DONE]"))
            let chunks = try stream.parsed()
            #expect(chunks.last?.usage?.completion_tokens == 12)
        }
    }

    @Test func noFinish() async throws {
        try await fail("stream-no-finish", tokens: 12) { _, stream in
            #expect(stream.isComplete && stream.events.last == "[DONE]")
            let chunks = try stream.parsed()
            #expect(chunks.allSatisfy { $0.choices.first?.finish_reason == nil })
        }
    }

    @Test func garbage() async throws {
        try await fail("stream-garbage=2", name: "stream-garbage", tokens: 12) { _, stream in
            #expect(stream.isComplete)
            #expect(stream.chunks[3] == ChunkWriter.garbage)
            #expect(stream.events.last == "[DONE]")
            #expect(stream.chunks.count == 12 + 5)
        }
    }

    @Test(arguments: ["stream-bad-json", "bad-json"])
    func badJSON(mode: String) async throws {
        try await fail(mode, tokens: 12) { _, stream in
            #expect(stream.isComplete)
            #expect(stream.events[7].hasSuffix(#""delta":{"content":"#))
            #expect(throws: (any Error).self) { try stream.parsed() }
            #expect(stream.events.count == 12 + 5)
        }
    }

    @Test func emptyBody() async throws {
        try await fail("empty-body", tokens: 0) { _, stream in
            #expect(stream.isComplete && stream.chunks.isEmpty)
            #expect(stream.head.contains("text/event-stream"))
        }
    }

    @Test func emptyChoices() async throws {
        try await fail("empty-choices", tokens: 12) { _, stream in
            let chunks = try stream.parsed()
            #expect(chunks.allSatisfy { $0.choices.isEmpty })
            #expect(stream.events.count == 12 + 4)
        }
    }

    @Test func slowBody() async throws {
        let start = ContinuousClock.now
        try await fail("slow-body=150ms", name: "slow-body", tokens: 12) { _, stream in
            #expect(stream.isComplete)
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    @Test func statusComesBeforeAnyStream() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.streaming("[[fail:status=429]]"))
            let response = try client.response()
            #expect(response.status == 429 && response.headers["content-type"] == "application/json")
            #expect(try await harness.entries(1).map(\.chunks) == [0])
        }
    }

    @Test func wholeAnswersHaveNoFaultsOfStreams() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("[[fail:stream-cut]]")))
            #expect(try Completion(client.response()).usage.completion_tokens == 12)
            #expect(try await harness.entries(1).map(\.mode) == ["ok"])
        }
    }
}
