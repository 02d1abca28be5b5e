// Starts an endpoint in this process, runs a test against it and stops it, whatever happens.

import Endpoint
import FoundationEssentials

struct Harness {
    let server: EndpointServer
    let log: RequestLogMemory

    /// Answers at once unless `change` says otherwise.
    static func run(
        _ change: (inout EndpointConfiguration) throws -> Void = { _ in }, _ body: (Harness) async throws -> Void
    ) async throws {
        var configuration = EndpointConfiguration()
        configuration.timeToFirstToken = .fixed(0)
        configuration.timePerToken = .fixed(0)
        configuration.outputTokens = .fixed(12)
        try change(&configuration)
        let log = RequestLogMemory()
        let server = try await EndpointServer.start(configuration, log: log)
        do {
            try await body(Harness(server: server, log: log))
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    func client() throws -> RawClient { try RawClient(port: server.port) }

    /// Polls for the log's entries; what is there after 10 s otherwise.
    func entries(_ count: Int) async throws -> [RequestLogEntry] {
        let deadline = ContinuousClock.now + .seconds(10)
        while log.entries.count < count, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(2)) }
        return log.entries
    }

    static func post(_ body: String, headers: String = "") -> String {
        "POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func body(_ prompt: String = "hello", _ more: String = "") -> String {
        #"{"model":"org/m","messages":[{"role":"user","content":"\#(prompt)"}]\#(more)}"#
    }
}

/// A chat completion as a client reads it.
struct Completion: Decodable {
    struct Choice: Decodable {
        struct Message: Decodable { let role, content: String }
        let message: Message
        let finish_reason: String
    }
    struct Usage: Decodable { let prompt_tokens, completion_tokens, total_tokens: Int }
    let id, object, model: String
    let choices: [Choice]
    let usage: Usage

    init(_ response: RawResponse) throws {
        self = try JSONDecoder().decode(Completion.self, from: Data(response.body.utf8))
    }
}

/// OpenAI's error shape.
struct ErrorAnswer: Decodable {
    struct Detail: Decodable {
        let message, type: String
        let param, code: String?
    }
    let error: Detail

    init(_ response: RawResponse) throws {
        self = try JSONDecoder().decode(ErrorAnswer.self, from: Data(response.body.utf8))
    }
}
