// The address pushes go to, without credentials. libcurl's own URL parser splits it, so that what is checked here is
// exactly what the transport will see, and user and password leave the text before anything can print it.

internal import CLibcurl

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
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }), let parser = curl_url() else { throw Invalid() }
        defer { curl_url_cleanup(parser) }
        guard curl_url_set(parser, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = part(CURLUPART_SCHEME, of: parser), scheme == "http" || scheme == "https",
            part(CURLUPART_HOST, of: parser)?.isEmpty == false
        else { throw Invalid() }
        let user = part(CURLUPART_USER, of: parser, flags: UInt32(CURLU_URLDECODE))
        let password = part(CURLUPART_PASSWORD, of: parser, flags: UInt32(CURLU_URLDECODE))
        curl_url_set(parser, CURLUPART_USER, nil, 0)
        curl_url_set(parser, CURLUPART_PASSWORD, nil, 0)
        curl_url_set(parser, CURLUPART_FRAGMENT, nil, 0)
        guard let plain = part(CURLUPART_URL, of: parser) else { throw Invalid() }
        let query = part(CURLUPART_QUERY, of: parser) ?? ""
        curl_url_set(parser, CURLUPART_QUERY, nil, 0)
        guard let shown = part(CURLUPART_URL, of: parser) else { throw Invalid() }
        let hasCredentials = user != nil || password != nil
        return (
            ReceiverURL(text: plain, shown: shown, queryValues: values(of: query)),
            hasCredentials ? Credentials(user: user ?? "", password: password ?? "") : nil
        )
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

    private static func part(_ part: CURLUPart, of parser: OpaquePointer, flags: UInt32 = 0) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &value, flags) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(validatingCString: value)
    }
}

extension ReceiverURL: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { shown }
    package var debugDescription: String { shown }
}
