import Endpoint
import FoundationEssentials
import Testing

@Suite struct EndpointHTTPTests {
    @Test func answersACompletion() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("hello world!", #","max_tokens":20,"ignore_eos":true"#)))
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "application/json")
            let completion = try Completion(response)
            #expect(completion.object == "chat.completion")
            #expect(completion.model == "org/m")
            #expect(completion.choices.count == 1)
            #expect(completion.choices[0].finish_reason == "length")
            #expect(completion.choices[0].message.content.utf8.count == 80)
            #expect(completion.usage.prompt_tokens == 3)
            #expect(completion.usage.completion_tokens == 20)
            #expect(completion.usage.total_tokens == 23)
        }
    }

    @Test func drawsTheLengthAndEchoesTheModel() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            for model in ["a", #"b\"c"#, "a"] {
                try client.send(Harness.post(#"{"model":"\#(model)","messages":[{"content":"x"}]}"#))
                let completion = try Completion(client.response())
                #expect(completion.model == model.replacing("\\", with: ""))
                #expect(completion.usage.completion_tokens == 12)
                #expect(completion.choices[0].finish_reason == "stop")
            }
            try client.send(Harness.post(#"{"messages":[{"content":"x"}],"max_tokens":3}"#))
            let completion = try Completion(client.response())
            #expect(completion.model == "simulated")
            #expect(completion.choices[0].finish_reason == "length")
        }
    }

    @Test func otherPaths() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            func get(_ line: String) throws -> RawResponse {
                try client.send("\(line) HTTP/1.1\r\nHost: t\r\n\r\n")
                return try client.response()
            }
            #expect(try get("GET /health").status == 200)
            #expect(try get("GET /v1/models?x=1").body.contains(#""id":"simulated""#))
            let missing = try get("GET /v1/completions")
            #expect(missing.status == 404)
            #expect(try ErrorAnswer(missing).error.type == "invalid_request_error")
            let method = try get("GET /v1/chat/completions")
            #expect(method.status == 405)
            #expect(method.headers["allow"] == "POST")
            #expect(try get("DELETE /health").status == 405)
            #expect(harness.log.entries.isEmpty)
        }
    }

    @Test func refusesWhatItCannotDo() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("x", #","n":2"#)))
            let several = try client.response()
            #expect(several.status == 400)
            #expect(try ErrorAnswer(several).error.param == "n")
            try client.send(Harness.post("not json"))
            #expect(try client.response().status == 400)
            try client.send(Harness.post(""))
            #expect(try client.response().status == 400)
            // The connection still serves.
            try client.send(Harness.post(Harness.body()))
            #expect(try client.response().status == 200)
            #expect(try await harness.entries(4).map(\.mode) == ["invalid", "invalid", "invalid", "ok"])
        }
    }

    @Test func whatIsNotHTTPGets400() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send("hello\r\n\r\n")
            #expect(try client.response().status == 400)
            #expect(try client.isClosed())
        }
    }

    @Test func asksForTheKey() async throws {
        try await Harness.run({ $0.apiKey = "k1" }) { harness in
            let client = try harness.client()
            for (headers, status) in [
                ("", 401), ("Authorization: Bearer k2\r\n", 401), ("Authorization: k1\r\n", 401),
                ("authorization: Bearer k1\r\n", 200),
            ] {
                try client.send(Harness.post(Harness.body(), headers: headers))
                let response = try client.response()
                #expect(response.status == status)
                #expect(!response.body.contains("k1"))
            }
            try client.send("GET /v1/models HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(try client.response().status == 401)
            try client.send("GET /health HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(try client.response().status == 200)
            #expect(try await harness.entries(4).map(\.status) == [401, 401, 401, 200])
        }
    }

    @Test func bodiesInPieces() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            let text = Harness.post(Harness.body(String(repeating: "word ", count: 40_000)))
            let half = text.utf8.count / 2
            try client.send(String(text.prefix(60)))
            try client.send(String(text.prefix(half).dropFirst(60)))
            try client.send(String(text.dropFirst(half)))
            #expect(try Completion(client.response()).usage.prompt_tokens == 50_000)

            let body = Harness.body()
            let (a, b) = (body.prefix(20), body.dropFirst(20))
            try client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
            try client.send("14\r\n\(a)\r\n\(String(b.utf8.count, radix: 16))\r\n\(b)\r\n0\r\n\r\n")
            #expect(try client.response().status == 200)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await Harness.run({ $0.timeToFirstToken = .uniform(low: 0, high: 3e6) }) { harness in
            let client = try harness.client()
            try client.send(
                (1...20).map { Harness.post(Harness.body("x", #","max_tokens":\#($0),"ignore_eos":true"#)) }.joined())
            for tokens in 1...20 { #expect(try Completion(client.response()).usage.completion_tokens == tokens) }
        }
    }

    @Test func connectionCloseIsHonoured() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body(), headers: "Connection: close\r\n"))
            let response = try client.response()
            #expect(response.headers["connection"] == "close")
            #expect(try client.isClosed())
        }
    }

    @Test func expectContinue() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            let text = Harness.post(Harness.body(), headers: "Expect: 100-continue\r\n")
            let cut = text.utf8.count - Harness.body().utf8.count
            try client.send(String(text.prefix(cut)))
            #expect(try client.response().status == 100)
            try client.send(String(text.dropFirst(cut)))
            #expect(try client.response().status == 200)
        }
    }

    @Test func largeAnswersArrive() async throws {
        try await Harness.run({ $0.answerBytes = 3_000_000 }) { harness in
            let client = try harness.client()
            for _ in 0..<2 {
                try client.send(Harness.post(Harness.body()))
                #expect(try Completion(client.response()).choices[0].message.content.utf8.count == 3_000_000)
            }
            #expect(try await harness.entries(2).map(\.status) == [200, 200])
        }
    }

    @Test func severalThreadsServe() async throws {
        try await Harness.run({ $0.threads = 2 }) { harness in
            let clients = try (0..<8).map { _ in try harness.client() }
            for client in clients { try client.send(Harness.post(Harness.body())) }
            for client in clients { #expect(try client.response().status == 200) }
            let entries = try await harness.entries(8)
            #expect(Set(entries.map(\.sequence)) == Set(0..<8))
            #expect(Set(entries.map(\.connection)) == Set(0..<8))
        }
    }

    @Test func aTakenPortIsNamed() async throws {
        try await Harness.run { harness in
            var configuration = EndpointConfiguration()
            configuration.port = harness.server.port
            await #expect {
                _ = try await EndpointServer.start(configuration)
            } throws: { error in
                "\(error)" == "cannot listen on 127.0.0.1:\(configuration.port): Address already in use"
            }
        }
    }
}
