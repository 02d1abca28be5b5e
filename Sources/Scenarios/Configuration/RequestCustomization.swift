// `request: {path, headers, body}` of a scenario: how to test another OpenAI-compatible endpoint, or other sampling
// parameters, without a script. Strict, because a header or member that silently has no effect costs a whole run.

import Base

struct RequestCustomization {
    static let standardPath = "/v1/chat/completions"

    var path = standardPath
    var headers: [RequestTarget.Header] = []
    /// Merged over the default body by RFC 7396; always an object.
    var bodyPatch: JSON?

    /// Written by the HTTP client itself, or (Authorization) by `api_key`.
    private static let reserved = [
        "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type",
        "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    init() {}

    /// - Parameter streams: answers are asked for as streams.
    init(_ field: Field, streams: Bool) throws(ConfigurationError) {
        let group = try field.group("{path, headers, body}")
        try group.requireKeys(["path", "headers", "body"])
        if let field = group["path"] { path = try Self.path(field) }
        if let field = group["headers"] { headers = try Self.headers(field) }
        if let field = group["body"] { bodyPatch = try Self.body(field, streams: streams) }
    }

    private static func path(_ field: Field) throws(ConfigurationError) -> String {
        let accepted = "a path such as /v1/completions"
        let path = try field.text(accepted)
        guard path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 })
        else { throw field.rejected(accepted) }
        return path
    }

    private static func headers(_ field: Field) throws(ConfigurationError) -> [RequestTarget.Header] {
        let group = try field.group("an object of header names and values")
        var headers: [RequestTarget.Header] = []
        for member in group.members {
            let field = Field(file: group.file, path: group.path(of: member.key), value: member.value)
            let name = member.key.lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
                throw group.error("\"\(member.key)\" is not a header name")
            }
            guard !reserved.contains(name) else {
                let instead = name == "authorization" ? "; use api_key" : ""
                throw ConfigurationError(
                    .configuration, "\(field.file): \(field.path): this header is set by the generator\(instead)")
            }
            guard !headers.contains(where: { $0.name.lowercased() == name }) else {
                throw group.error("header \(member.key) occurs twice")
            }
            guard case .string(let value) = member.value,
                value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }), !value.isEmpty,
                value.first != " ", value.last != " "
            else {
                // Not shown: it may be a key.
                throw ConfigurationError(
                    .configuration,
                    "\(field.file): \(field.path): the value is not accepted; expected text without control "
                        + "characters and without blanks at its ends")
            }
            headers.append(.init(name: member.key, value: value))
        }
        return headers
    }

    private static func body(_ field: Field, streams: Bool) throws(ConfigurationError) -> JSON {
        let group = try field.group("an object that is merged over the default body")
        if let stream = group["stream"], stream.value != .bool(streams) {
            throw stream.rejected("\(streams), as the key stream of the scenario says; set that one")
        }
        try requireFiniteNumbers(field)
        return field.value
    }

    private static func requireFiniteNumbers(_ field: Field) throws(ConfigurationError) {
        switch field.value {
        case .number(let text):
            if JSONText.javaScriptNumber(text) == nil { throw field.rejected("a number a double can hold") }
        case .array:
            for element in try field.elements("") { try requireFiniteNumbers(element) }
        case .object(let members):
            for member in members {
                try requireFiniteNumbers(
                    Field(file: field.file, path: "\(field.path).\(member.key)", value: member.value))
            }
        default: break
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
