import Endpoint
import FoundationEssentials
import Glibc
import Testing

@Suite struct EndpointFailureTests {
    /// Sends a prompt with the marker, hands the client over, then checks the one log entry.
    private func fail(
        _ mode: String, name: String? = nil, status: Int, tokens: Int = 0, _ check: (RawClient) throws -> Void
    ) async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("x [[fail:\(mode)]]")))
            try check(client)
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.mode == name ?? mode)
            #expect(entry.status == status)
            #expect(entry.completionTokens == tokens)
            #expect(entry.departure >= entry.arrival)
        }
    }

    @Test(arguments: [400, 429, 500, 503, 599])
    func status(code: Int) async throws {
        try await fail("status=\(code)", name: "status", status: code) { client in
            let response = try client.response()
            #expect(response.status == code)
            #expect((response.headers["retry-after"] != nil) == [429, 503].contains(code))
            #expect(try !ErrorAnswer(response).error.message.isEmpty)
        }
    }

    @Test func reset() async throws {
        try await fail("reset", status: 0) { client in
            #expect(throws: RawClientError.system(ECONNRESET)) { try client.response() }
        }
    }

    @Test func close() async throws {
        try await fail("close", status: 0) { client in
            #expect(throws: RawClientError.closed) { try client.response() }
        }
    }

    @Test func truncated() async throws {
        try await fail("truncated", status: 200) { client in
            let response = try client.response()
            #expect(response.isShort)
            let announced = try #require(response.headers["content-length"].flatMap { Int($0) })
            #expect(abs(response.body.utf8.count - announced / 2) <= 1)
        }
    }

    @Test func badJSON() async throws {
        try await fail("bad-json", status: 200) { client in
            let response = try client.response()
            #expect(response.status == 200 && !response.isShort)
            #expect(throws: (any Error).self) { try Completion(response) }
        }
    }

    @Test func emptyBody() async throws {
        try await fail("empty-body", status: 200) { client in
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.headers["content-length"] == "0")
        }
    }

    @Test func emptyChoices() async throws {
        try await fail("empty-choices", status: 200, tokens: 12) { client in
            let completion = try Completion(client.response())
            #expect(completion.choices.isEmpty)
            #expect(completion.usage.completion_tokens == 12)
        }
    }

    @Test func slowBody() async throws {
        let start = ContinuousClock.now
        try await fail("slow-body=150ms", name: "slow-body", status: 200, tokens: 12) { client in
            let completion = try Completion(client.response())
            #expect(completion.usage.completion_tokens == 12)
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    /// The client has no answer, and the server sees it leave.
    @Test func hang() async throws {
        try await Harness.run { harness in
            let other = try harness.client()
            do {
                let client = try harness.client()
                try client.send(Harness.post(Harness.body("[[fail:hang]]")))
                // Another request is answered in the meantime.
                try other.send(Harness.post(Harness.body()))
                #expect(try other.response().status == 200)
            }
            let hung = try #require(try await harness.entries(2).last)
            #expect(hung.mode == "hang")
            #expect(hung.status == 499)
        }
    }

    @Test func aFullQueueAnswers503() async throws {
        try await Harness.run({
            $0.timeToFirstToken = .fixed(60e9)
            $0.maximumBatch = 1
            $0.maximumQueue = 0
        }) { harness in
            // One loop reads in order of readiness, so of two requests on two connections either may hold the place;
            // on one connection the bad request's answer proves that the loop has been at work, and the order is the
            // connection's own.
            let first = try harness.client()
            let second = try harness.client()
            try first.send(Harness.post("not json") + Harness.post(Harness.body()))
            #expect(try first.response().status == 400)
            try second.send(Harness.post(Harness.body()))
            let response = try second.response()
            #expect(response.status == 503)
            #expect(try ErrorAnswer(response).error.code == "queue-full")
            #expect(try await harness.entries(2).map(\.mode) == ["invalid", "queue-full"])
        }
    }

    @Test func probabilitiesStrike() async throws {
        try await Harness.run({ $0.failures = try FailurePlan(parsing: ["status=500:0.5"]) }) { harness in
            let client = try harness.client()
            var failed = 0
            for _ in 0..<200 {
                try client.send(Harness.post(Harness.body()))
                if try client.response().status == 500 { failed += 1 }
            }
            #expect((60...140).contains(failed))
            #expect(try await harness.entries(200).count { $0.status == 500 } == failed)
        }
    }
}
