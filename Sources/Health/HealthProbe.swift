// Asks a server whether it serves a model, as SML does: one tiny chat completion. Unlike SML, which always asks the
// production address, the question goes to the server that is about to be tested.

import HTTPClient
import Base
import Scenarios

/// What one probe found.
package enum ModelHealth: Sendable, Equatable {
    case healthy
    /// The server answered with this status and, shortened, this text.
    case notResponding(status: Int, said: String)
    /// 404, and no other path of an OpenAI-compatible server is there either.
    case notFound(said: String)
    /// No answer, with the reason.
    case unreachable(String)

    /// SML's name for it.
    package var name: String {
        switch self {
        case .healthy: "HEALTHY"
        case .notResponding, .notFound: "NOT_RESPONDING"
        case .unreachable: "ERROR"
        }
    }

    /// With the reason.
    package var description: String {
        switch self {
        case .healthy: name
        case .notResponding(let status, let said): "\(name) (\(status)\(said.isEmpty ? "" : ": \(said)"))"
        case .notFound(let said): "\(name) (404, as /v1/models is\(said.isEmpty ? "" : ": \(said)"))"
        case .unreachable(let reason): "\(name) (\(reason))"
        }
    }
}

/// One question to one server about one model. The key is sent as a bearer token and shown nowhere.
package struct HealthProbe: Sendable {
    let request: HTTPRequest
    /// Asked when the first is answered with 404: is it the place that is wrong, or the model?
    private let models: HTTPRequest
    private let client: HTTPClient
    private let apiKey: String?

    /// - Parameter serverURL: as in a run configuration.
    package init(client: HTTPClient, serverURL: String, apiKey: String?, model: String) {
        self.client = client
        self.apiKey = apiKey
        var headers: [HTTPRequest.Header] = [.init("Content-Type", "application/json")]
        if let apiKey { headers.append(.init("Authorization", "Bearer \(apiKey)")) }
        // 10 s as in SML; an answer's text is only looked at when something is wrong.
        request = HTTPRequest(
            "POST", "\(ServerURL.root(of: serverURL))/v1/chat/completions", headers: headers,
            body: .bytes(Array(Self.body(model: model).utf8)),
            timeout: .seconds(10))
        models = HTTPRequest("GET", "\(ServerURL.root(of: serverURL))/v1/models", headers: headers, timeout: .seconds(10))
    }

    static func body(model: String) -> String {
        JSON.object([
            .init("model", .string(model)),
            .init(
                "messages",
                .array([.object([.init("role", .string("user")), .init("content", .string("Are you ready?"))])])),
            .init("stream", .bool(false)),
            .init("max_tokens", .int(16)),
        ]).json()
    }

    /// - Throws: `CancellationError` when the task is cancelled, which also ends the request.
    package func callAsFunction() async throws -> ModelHealth {
        do throws(HTTPFailure) {
            let answer = try await client.send(request)
            return answer.status == 404 ? missing(answer, try await client.send(models)) : verdict(answer)
        } catch {
            if error.kind == .cancelled { throw CancellationError() }
            return .unreachable(Self.reason(error.message, hiding: apiKey))
        }
    }

    /// Without the milliseconds it took, which differ each time and would make the same reason a new one.
    static func reason(_ message: String, hiding key: String?) -> String {
        let line = Redactor(secrets: [key]).line(message)
        // " after 12 ms", wherever it is said.
        let parts = line.split(separator: " after ", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts[0])) { reason, part in
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            let rest = part.dropFirst(digits.count)
            reason += !digits.isEmpty && rest.hasPrefix(" ms") ? rest.dropFirst(3) : " after " + part
        }
    }

    func verdict(_ response: HTTPResponse) -> ModelHealth {
        if response.isSuccess { return .healthy }
        let redactor = Redactor(secrets: [apiKey])
        if (300..<400).contains(response.status), let target = response.header("location") {
            return .notResponding(status: response.status, said: "redirects to " + redactor.line(target))
        }
        return .notResponding(status: response.status, said: redactor.words(response.text, limit: 300))
    }

    /// A server that lists models is the right one; it may not know this one yet, or know it by another name.
    private func missing(_ answer: HTTPResponse, _ models: HTTPResponse) -> ModelHealth {
        let said = Redactor(secrets: [apiKey]).words(answer.text, limit: 300)
        if models.status == 404 { return .notFound(said: said) }
        guard models.isSuccess, case .array(let list)? = (try? JSON.parse(models.text))?["data"] else {
            return .notResponding(status: 404, said: said)
        }
        let names = list.compactMap { model in if case .string(let name)? = model["id"] { name } else { nil } }
        let shown = Redactor(secrets: [apiKey]).words(names.prefix(10).joined(separator: ", "), limit: 300)
        return .notResponding(
            status: 404, said: "\(said.isEmpty ? "" : said + "; ")the server lists \(names.isEmpty ? "no model" : shown)")
    }
}
