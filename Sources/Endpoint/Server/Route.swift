// Which of the endpoint's few paths a request is for.

import NIOHTTP1

enum Route: Equatable {
    case completions
    case models
    case health
    /// The path exists, the method does not; carries the `Allow` header's value.
    case wrongMethod(allowed: String)
    case unknown

    init(_ method: HTTPMethod, _ uri: String) {
        // The common case first: no query, nothing to cut.
        if uri == "/v1/chat/completions" {
            self = method == .POST ? .completions : .wrongMethod(allowed: "POST")
            return
        }
        switch uri.prefix(while: { $0 != "?" }) {
        case "/v1/chat/completions": self = method == .POST ? .completions : .wrongMethod(allowed: "POST")
        case "/v1/models": self = method == .GET ? .models : .wrongMethod(allowed: "GET")
        case "/health": self = method == .GET ? .health : .wrongMethod(allowed: "GET")
        default: self = .unknown
        }
    }
}
