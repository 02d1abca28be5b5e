// One operation of FirecREST v2 as a value: what is sent, and whether it may be sent twice. The table of operations is
// in `FirecRESTCall+Compute.swift` and `FirecRESTCall+Files.swift`.

import HTTPClient
import Base
import Scenarios

struct FirecRESTCall: Sendable, Equatable {
    enum Repeating: Sendable, Equatable {
        /// Twice has the effect of once.
        case harmless
        /// Only if it surely was not carried out.
        case unsafe
    }

    var method: String
    /// Below the base URL, encoded, query included.
    var path: String
    var headers: [HTTPRequest.Header] = []
    var body = HTTPRequest.Body.none
    var repeating = Repeating.harmless
    /// Whoever asks looks again anyway: an outage is told at once.
    var isOneLook = false
    /// The server gives a command on the cluster 5 s and may queue before it; three times that is a dead connection.
    var timeout = Duration.seconds(30)
    var destination = HTTPRequest.Destination.memory

    /// How `--verbose` shows it: nothing in it is secret.
    var shown: String { "\(method) \(path)" }

    init(_ method: String, _ segments: [String], query: [(String, String)] = []) {
        self.method = method
        path = segments.map { "/" + URLText.encoded($0) }.joined()
        if !query.isEmpty {
            path += "?" + query.map { "\($0.0)=\(URLText.encoded($0.1, keeping: "/"))" }.joined(separator: "&")
        }
    }

    func sending(_ json: JSON) -> FirecRESTCall {
        var call = self
        call.headers.append(.init("Content-Type", "application/json"))
        call.body = .bytes(Array(json.json().utf8))
        return call
    }

    func request(base: String, authorization: HTTPRequest.Header) -> HTTPRequest {
        var request = HTTPRequest(
            method, base + path, headers: [.init("Accept", "application/json"), authorization] + headers, body: body,
            timeout: timeout)
        request.destination = destination
        request.isSentOnce = repeating == .unsafe
        return request
    }
}

enum URLText {
    /// Everything but RFC 3986's unreserved characters as %XX. A query may have slashes too, which keeps paths readable.
    static func encoded(_ text: String, keeping kept: String = "") -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            switch scalar {
            case _ where kept.unicodeScalars.contains(scalar): return String(scalar)
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": return String(scalar)
            default: return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }.joined()
    }
}
