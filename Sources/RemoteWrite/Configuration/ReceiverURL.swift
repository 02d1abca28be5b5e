// The address pushes go to, without credentials: user and password leave the text before anything can print it.

import Base

/// An http or https URL. Its description shows neither credentials nor the query, where some receivers want a token.
package struct ReceiverURL: Sendable, Equatable {
    /// Without user and password.
    let text: String
    private let shown: String
    /// Each part of the query after its `=`; possibly a token.
    let queryValues: [String]

    /// k6's default, `http://localhost:9090/api/v1/write`.
    package static let k6Default = "http://localhost:9090/api/v1/write"

    /// Whether pushes go over TLS.
    var isEncrypted: Bool { text.lowercased().hasPrefix("https:") }

    /// Splits `text` into the address and the credentials written in it. The error does not repeat `text`, because
    /// what cannot be parsed may still hold a password.
    package static func parse(_ text: String) throws(Invalid) -> (url: ReceiverURL, credentials: Credentials?) {
        guard let url = HTTPURL(text) else { throw Invalid() }
        let user = url.user.flatMap(HTTPURL.percentDecoded)
        let password = url.password.flatMap(HTTPURL.percentDecoded)
        let receiver = ReceiverURL(
            text: url.text(without: [.credentials, .fragment]), shown: url.text(without: [.credentials, .fragment, .query]),
            queryValues: values(of: url.query ?? ""))
        guard user != nil || password != nil else { return (receiver, nil) }
        return (receiver, Credentials(user: user ?? "", password: password ?? ""))
    }

    package struct Credentials: Sendable, Equatable {
        package var user: String
        package var password: String
    }

    /// Not an http or https URL with a host.
    package struct Invalid: Error {}

    private static func values(of query: String) -> [String] {
        query.split(separator: "&").map { parameter in
            parameter.firstIndex(of: "=").map { String(parameter[parameter.index(after: $0)...]) } ?? String(parameter)
        }
    }
}

extension ReceiverURL: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { shown }
    package var debugDescription: String { shown }
}
