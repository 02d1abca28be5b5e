// An OIDC access token from client credentials, kept in memory only, and when to get the next one.

import HTTPClient
import Base
import Scenarios

struct AccessToken: Sendable {
    let value: String
    private let renewAt: ContinuousClock.Instant

    /// The server refuses a token with less than 30 s left. SML renews with 90 s left; a token whose whole life is
    /// short is used for half of it.
    init(value: String, life: Duration, receivedAt: ContinuousClock.Instant) {
        self.value = value
        renewAt = receivedAt + (life - min(.seconds(90), max(.seconds(35), life / 2)))
    }

    func isFresh(at now: ContinuousClock.Instant) -> Bool { now < renewAt }

    static func request(uri: String, id: String, secret: String) -> HTTPRequest {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]
            .map { "\($0.0)=\(URLText.encoded($0.1))" }.joined(separator: "&")
        return HTTPRequest(
            "POST", uri,
            headers: [.init("Content-Type", "application/x-www-form-urlencoded"), .init("Accept", "application/json")],
            body: .bytes(Array(form.utf8)))
    }

    /// - Throws: ``UnexpectedAnswer`` when there is no token in it.
    init(_ response: HTTPResponse, receivedAt: ContinuousClock.Instant) throws(UnexpectedAnswer) {
        let body = try? JSON.parse(response.text)
        guard let value = body?["access_token"]?.written, !value.isEmpty,
            value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw UnexpectedAnswer(missing: "access_token") }
        // CSCS's tokens live 300 s; one that does not say is assumed to.
        let life = body?["expires_in"]?.written.flatMap { Int($0) } ?? 300
        self.init(value: value, life: .seconds(life), receivedAt: receivedAt)
    }
}

/// How a client shows who it is.
package enum FirecRESTCredentials: Sendable {
    case client(id: String, secret: String, tokenURI: String)
    /// Of a gateway; sent to the FirecREST host as `X-API-Key` and to nobody else.
    case apiKey(String)

    var secrets: [String] {
        switch self {
        case .client(_, let secret, _): [secret]
        case .apiKey(let key): [key]
        }
    }
}
