// The probe against a scripted server: what it sends, how it reads the answers, that it can be cancelled and that the
// key is never shown.

import HTTPClient
import Base
import Submit
import TestSupport
import Testing

@testable import Health

@Suite(.timeLimit(.minutes(15))) struct HealthProbeTests {
    private static let key = "sk-canary-4711"

    private func probe(_ server: ScriptedReceiver, key: String? = key, model: String = "swiss-ai/m\"1") -> HealthProbe {
        HealthProbe(
            client: HTTPClient(userAgent: Product.userAgent), serverURL: "http://127.0.0.1:\(server.port)//",
            apiKey: key, model: model)
    }

    @Test func sendsSMLsTinyCompletion() async throws {
        let server = try ScriptedReceiver([.status(200, body: "{}")])
        #expect(try await probe(server)() == .healthy)
        let request = try #require(server.requests.first)
        #expect(request.requestLine == "POST /v1/chat/completions HTTP/1.1")
        #expect(request["authorization"] == "Bearer \(Self.key)")
        #expect(request["content-type"] == "application/json")
        let body = try JSON.parse(String(decoding: request.body, as: UTF8.self))
        #expect(body["model"] == .string("swiss-ai/m\"1"))
        #expect(body["stream"] == .bool(false))
        #expect(body["max_tokens"] == .number("16"))
        guard case .array(let messages)? = body["messages"] else { Issue.record("no messages"); return }
        #expect(messages.count == 1 && messages.first?["role"] == .string("user"))
    }

    @Test func sendsNoCredentialsWithoutAKey() async throws {
        let server = try ScriptedReceiver([.status(200)])
        #expect(try await probe(server, key: nil)() == .healthy)
        #expect(server.requests.first?["authorization"] == nil)
    }

    @Test func readsStatusesAndHidesTheKeyInWhatTheServerSays() async throws {
        let server = try ScriptedReceiver([
            .status(401, body: "bad key \(Self.key)\u{1B}[2J\nmore"), .status(302, headers: ["Location": "http://127.0.0.1:1/"]),
            .closeMidAnswer,
        ])
        let probe = probe(server)
        #expect(try await probe() == .notResponding(status: 401, said: "bad key **** more"))
        #expect(try await probe() == .notResponding(status: 302, said: "redirects to http://127.0.0.1:1/"))
        guard case .unreachable = try await probe() else { Issue.record("a broken answer is no answer"); return }
        server.stop()
        guard case .unreachable(let reason) = try await probe() else { Issue.record("nobody listens"); return }
        #expect(!reason.isEmpty && !reason.contains(Self.key))
    }

    /// 404 to a chat: is it the place that is wrong, or the model?
    @Test func listsTheModelsWhenTheChatIsNotFound() async throws {
        let server = try ScriptedReceiver([
            .status(404, body: "no model m"), .status(200, body: #"{"data":[{"id":"x"},{"id":"y"}]}"#), .status(404, body: "nothing here"),
            .status(404), .status(404, body: "no route"), .status(503),
        ])
        let probe = probe(server)
        #expect(try await probe() == .notResponding(status: 404, said: "no model m; the server lists x, y"))
        #expect(server.requests.map(\.requestLine) == ["POST /v1/chat/completions HTTP/1.1", "GET /v1/models HTTP/1.1"])
        #expect(try await probe() == .notFound(said: "nothing here"))
        #expect(try await probe() == .notResponding(status: 404, said: "no route"))
    }

    @Test func aHangingServerDoesNotKeepACancelledWait() async throws {
        let server = try ScriptedReceiver([.hang])
        let probe = probe(server)
        let task = Task { try await ModelReadiness.wait(timeout: .seconds(100), probe: probe.callAsFunction) { _ in } }
        #expect(await eventually { server.requests.count == 1 })
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // The probe's own limit is 10 s.
        #expect(ContinuousClock.now - start < .seconds(9))
    }

    @Test func theWaitEndsWithTheServersLastWord() async throws {
        let server = try ScriptedReceiver([.status(503, body: "loading")])
        let probe = probe(server)
        let error = await #expect(throws: SubmitError.self) {
            try await ModelReadiness.wait(timeout: .seconds(2), clock: SleeplessClock(), probe: probe.callAsFunction) { _ in }
        }
        #expect(error?.exitCode == 75)
        #expect(error?.description.contains("503: loading") == true)
        #expect(server.requests.count == 2)
    }

    @Test func theSameReasonIsSaidTheSameWay() {
        #expect(
            HealthProbe.reason("Failed to connect to 10.0.0.1 port 80 after 12 ms: Couldn't connect to server", hiding: nil)
                == "Failed to connect to 10.0.0.1 port 80: Couldn't connect to server")
    }
}
