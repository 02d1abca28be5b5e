// What came back: an answer of any status, or the reason there is none.

internal import CLibcurl

/// An answer, whatever its status.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    /// Names in lower case, in the order received.
    package var headers: [HTTPRequest.Header]
    /// Empty where the request's destination took it.
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPRequest.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The first header of that name, given in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// No answer. `message` is libcurl's, which names hosts but never headers or queries.
package struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// Name not resolved or connection refused: the request was not sent.
        case notReached
        case timedOut
        /// The connection ended before the answer did.
        case interrupted
        /// A certificate or cipher that is not acceptable; trying again does not mend it.
        case untrusted
        case cancelled
        /// The answer is longer than the request allows.
        case tooLong
        /// The answer could not be written to where it should go.
        case notWritten
        case other
    }

    package var kind: Kind
    package var message: String
    package var description: String { message }

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

package enum HTTPDate {
    /// Seconds since 1970 of a date in any of HTTP's three forms, or nil.
    package static func secondsSince1970(_ text: String) -> Int? {
        let seconds = curl_getdate(text, nil)
        return seconds < 0 ? nil : Int(seconds)
    }
}
