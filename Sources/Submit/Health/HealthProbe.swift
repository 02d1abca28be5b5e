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
    /// No answer, with the reason.
    case unreachable(String)

    /// SML's name for it.
    package var name: String {
        switch self {
        case .healthy: "HEALTHY"
        case .notResponding: "NOT_RESPONDING"
        case .unreachable: "ERROR"
        }
    }

    /// With the reason.
    package var description: String {
        switch self {
        case .healthy: name
        case .notResponding(let status, let said): "\(name) (\(status)\(said.isEmpty ? "" : ": \(said)"))"
        case .unreachable(let reason): "\(name) (\(reason))"
        }
    }
}

/// One question to one server about one model. The key is sent as a bearer token and shown nowhere.
package struct HealthProbe: Sendable {
    let request: HTTPRequest
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
            "POST", "\(ServerURL.root(of: serverURL))/v1/chat/completions", headers: headers, body: .bytes(Array(Self.body(model: model).utf8)),
            timeout: .seconds(10))
    }

    static func body(model: String) -> String {
        ConfigValue.object([
            .init("model", .string(model)),
            .init(
                "messages",
                .array([.object([.init("role", .string("user")), .init("content", .string("Are you ready?"))])])),
            .init("stream", .bool(false)),
            .init("max_tokens", .integer(16)),
        ]).json()
    }

    /// - Throws: `CancellationError` when the task is cancelled, which also ends the request.
    package func callAsFunction() async throws -> ModelHealth {
        do throws(HTTPFailure) {
            return verdict(try await client.send(request))
        } catch {
            if error.kind == .cancelled { throw CancellationError() }
            return .unreachable(Self.reason(error.message, hiding: apiKey))
        }
    }

    /// Without the milliseconds it took, which differ each time and would make the same reason a new one.
    static func reason(_ message: String, hiding key: String?) -> String {
        Redactor(secrets: [key]).line(message).replacing(/\ after \d+ ms/, with: "")
    }

    func verdict(_ response: HTTPResponse) -> ModelHealth {
        response.isSuccess
            ? .healthy
            : .notResponding(status: response.status, said: Redactor(secrets: [apiKey]).line(response.text))
    }
}
