import FoundationEssentials
import Testing

@testable import Endpoint

@Suite struct EndpointStreamTests {
    @Test func streamsACompletion() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            // The connection is used again.
            for _ in 0..<2 {
                try client.send(Harness.streaming("hello world!", #","max_tokens":5,"ignore_eos":true"#))
                let stream = client.stream()
                #expect(
                    stream.head
                        == "HTTP/1.1 200 OK\r\nServer: sml-endpoint\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n")
                #expect(stream.isComplete && stream.error == nil)
                #expect(stream.events.last == "[DONE]")
                #expect(stream.chunks.count == stream.events.count)
                let chunks = try stream.parsed()
                #expect(chunks.map(\.content) == ["", "The ", "quic", "k br", "own ", "fox ", nil])
                #expect(chunks.compactMap { $0.choices[0].delta.role } == ["assistant"])
                #expect(chunks.compactMap { $0.choices[0].finish_reason } == ["length"])
                #expect(chunks.allSatisfy { $0.object == "chat.completion.chunk" && $0.model == "org/m" && $0.usage == nil })
                #expect(Set(chunks.map(\.id)).count == 1)
            }
            let entries = try await harness.entries(2)
            #expect(entries.map(\.completionTokens) == [5, 5])
            #expect(entries.map(\.chunks) == [5, 5])
            #expect(entries.map(\.status) == [200, 200])
            #expect(entries.allSatisfy { $0.arrival <= $0.firstToken && $0.firstToken <= $0.lastToken && $0.lastToken <= $0.departure })
        }
    }

    @Test func theTextIsThatOfAWholeAnswer() async throws {
        try await Harness.run({ $0.streams.tokensPerChunk = .uniform(low: 1, high: 9) }) { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("x", #","max_tokens":900,"ignore_eos":true"#)))
            let whole = try Completion(client.response()).choices[0].message.content
            try client.send(Harness.streaming("x", #","max_tokens":900,"ignore_eos":true"#))
            let chunks = try client.stream().parsed()
            #expect(chunks.compactMap(\.content).joined() == whole)
            #expect(chunks.count < 500)
            let entries = try await harness.entries(2)
            #expect(entries[1].chunks == chunks.count - 2)
        }
    }

    @Test func chunksLeaveAtTheirInstants() async throws {
        try await Harness.run({
            $0.timeToFirstToken = .fixed(30e6)
            $0.timePerToken = .fixed(2e6)
        }) { harness in
            let client = try harness.client()
            let before = ContinuousClock.now
            try client.send(Harness.streaming("x", #","max_tokens":20,"ignore_eos":true"#))
            _ = client.stream()
            #expect(ContinuousClock.now - before >= .milliseconds(70))
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.service == 70_000_000)
            // Never early; how late depends on the machine.
            #expect(entry.firstToken - entry.arrival >= 30_000_000)
            #expect(entry.lastToken - entry.arrival >= 68_000_000)
            #expect(entry.departure - entry.arrival >= 70_000_000)
            #expect(entry.firstToken < entry.lastToken)
        }
    }

    @Test(arguments: [
        (StreamUsage.asked, "", [Int?](repeating: nil, count: 5)),
        (.asked, #","stream_options":{"include_usage":true}"#, [nil, nil, nil, nil, nil, 3]),
        (.asked, #","stream_options":{"include_usage":true,"continuous_usage_stats":true}"#, [0, 1, 2, 3, 3, 3]),
        (.never, #","stream_options":{"include_usage":true}"#, [nil, nil, nil, nil, nil]), (.last, "", [nil, nil, nil, nil, nil, 3]),
        (.every, "", [0, 1, 2, 3, 3, 3]),
    ])
    func usage(place: StreamUsage, options: String, expected: [Int?]) async throws {
        try await Harness.run({ $0.streams.usage = place }) { harness in
            let client = try harness.client()
            try client.send(Harness.streaming("hello world!", #","max_tokens":3,"ignore_eos":true\#(options)"#))
            let stream = client.stream()
            let chunks = try stream.parsed()
            #expect(chunks.map { $0.usage?.completion_tokens } == expected)
            #expect(chunks.compactMap(\.usage).allSatisfy { $0.prompt_tokens == 3 && $0.total_tokens == 3 + $0.completion_tokens })
            #expect(chunks.map { $0.choices.isEmpty } == expected.indices.map { $0 == 5 })
            // OpenAI's: null in all others when there is a last one.
            #expect(stream.events[0].contains(#""usage":null"#) == (expected.count == 6 && expected[0] == nil))
        }
    }

    @Test func reasoningComesFirst() async throws {
        try await Harness.run({
            $0.streams.reasoningTokens = .fixed(3)
            $0.streams.tokensPerChunk = .fixed(2)
            $0.prefixCache = 1
        }) { harness in
            let client = try harness.client()
            try client.send(Harness.streaming("x", #","max_tokens":6,"ignore_eos":true,"stream_options":{"include_usage":true}"#))
            let chunks = try client.stream().parsed()
            #expect(chunks.map(\.reasoning) == [nil, "The quic", "k br", nil, nil, nil, nil])
            #expect(chunks.map(\.content) == ["", nil, nil, "own fox ", "jump", nil, nil])
            #expect(chunks.last?.usage?.completion_tokens_details?.reasoning_tokens == 3)
            #expect(chunks.last?.usage?.prompt_tokens_details?.cached_tokens == 0)
        }
    }

    @Test func theRoleMayComeAtOnce() async throws {
        try await Harness.run({
            $0.streams.sendsRoleEarly = true
            $0.timeToFirstToken = .fixed(60e9)
        }) { harness in
            let client = try harness.client()
            try client.send(Harness.streaming())
            let head = try client.response()
            #expect(head.headers["content-type"] == "text/event-stream")
            while !String(decoding: client.unread, as: UTF8.self).contains("\n\n") { try client.fill() }
            #expect(String(decoding: client.unread, as: UTF8.self).contains(#""delta":{"role":"assistant","content":""}"#))
        }
    }

    @Test func aClientThatLeavesIsLogged() async throws {
        try await Harness.run({ $0.timePerToken = .fixed(2e6) }) { harness in
            do {
                let client = try harness.client()
                try client.send(Harness.streaming("x", #","max_tokens":100000,"ignore_eos":true"#))
                _ = try client.response()
                while client.unread.count < 3000 { try client.fill() }
            }
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.status == 499)
            #expect(entry.chunks >= 10 && entry.chunks < 100_000)
            #expect(entry.completionTokens == entry.chunks)
            #expect(entry.firstToken > 0 && entry.firstToken < entry.lastToken)
        }
    }

    @Test func anOpenStreamIsLoggedAtTheEnd() async throws {
        var configuration = EndpointConfiguration()
        configuration.timeToFirstToken = .fixed(0)
        configuration.timePerToken = .fixed(60e9)
        let log = RequestLogMemory()
        let server = try await EndpointServer.start(configuration, log: log)
        let client = try RawClient(port: server.port)
        try client.send(Harness.streaming("x", #","max_tokens":5,"ignore_eos":true"#))
        _ = try client.response()
        try await server.stop()
        #expect(log.entries.map(\.status) == [0])
        #expect(log.entries.map(\.chunks) == [1])
    }

    /// A stream that its client does not read waits, and is complete when it does.
    @Test func aSlowReaderGetsEverything() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            let tokens = 60_000
            try client.send(Harness.streaming("x", #","max_tokens":\#(tokens),"ignore_eos":true"#))
            // Another stream of the loop is not held up.
            let other = try harness.client()
            try other.send(Harness.streaming())
            #expect(other.stream().isComplete)
            let stream = client.stream()
            #expect(stream.isComplete)
            #expect(stream.chunks.count == tokens + 3)
            let entry = try #require(try await harness.entries(2).last)
            #expect(entry.chunks == tokens && entry.lastToken <= entry.departure)
        }
    }

    @Test func manyStreamsAtOnce() async throws {
        try await Harness.run({
            $0.threads = 2
            $0.timePerToken = .exponential(mean: 1e6)
        }) { harness in
            let clients = try (0..<50).map { _ in try harness.client() }
            for client in clients { try client.send(Harness.streaming("x", #","max_tokens":40,"ignore_eos":true"#)) }
            for client in clients { #expect(try client.stream().parsed().count == 42) }
            #expect(try await harness.entries(50).allSatisfy { $0.chunks == 40 })
        }
    }

    @Test func streamsAndWholeAnswersTakeTurns() async throws {
        try await Harness.run({ $0.timeToFirstToken = .uniform(low: 0, high: 3e6) }) { harness in
            let client = try harness.client()
            try client.send((0..<10).map { $0 % 2 == 0 ? Harness.streaming() : Harness.post(Harness.body()) }.joined())
            for index in 0..<10 {
                if index % 2 == 0 {
                    #expect(try client.stream().parsed().count == 14)
                } else {
                    #expect(try Completion(client.response()).usage.completion_tokens == 12)
                }
            }
        }
    }

    /// HTTP/1.0 has no chunks; the end of the connection is the end of the body.
    @Test func anOlderClientIsServed() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.streaming().replacing("HTTP/1.1", with: "HTTP/1.0"))
            let head = try client.response()
            #expect(head.status == 200 && head.headers["transfer-encoding"] == nil)
            #expect(try client.isClosed())
            let text = String(decoding: client.unread, as: UTF8.self)
            #expect(text.hasPrefix("data: {") && text.hasSuffix("\n\ndata: [DONE]\n\n"))
        }
    }
}
