// Which keys of a chat completion request mean something to the simulated server, and what their values may be. What
// it cannot simulate (several choices) is refused rather than answered wrongly.

/// Reads ``ChatRequest`` from a body in one pass.
package enum ChatRequestScanner {
    /// Larger values are refused: no model generates more, and a time computed from one would be meaningless.
    static let mostTokens = 1_000_000_000

    /// - Throws: ``ChatRequestError`` for text that is not JSON, a missing `messages`, or a value out of range.
    package static func scan(_ bytes: UnsafeRawBufferPointer) throws(ChatRequestError) -> ChatRequest {
        var cursor = JSONCursor(bytes)
        var request = ChatRequest()
        var messages = 0
        guard cursor.peek() == UInt8(ascii: "{") else {
            throw cursor.isAtEnd ? cursor.malformed() : ChatRequestError("The body must be a JSON object.")
        }
        try cursor.members { (cursor, key) throws(ChatRequestError) in
            // A key written with escapes is none of ours; keys are compared as they are on the wire.
            if cursor.matches(key, "messages") {
                _ = cursor.peek()
                let start = cursor.position
                messages = try scanMessages(&cursor, bytes, &request)
                request.messages = start..<cursor.position
            } else if cursor.matches(key, "model") {
                request.model = try optional(&cursor, "model", "a string", UInt8(ascii: "\"")) {
                    (cursor) throws(ChatRequestError) in try cursor.string().range
                }
            } else if cursor.matches(key, "max_tokens") {
                request.maximumTokens = try tokens(&cursor, "max_tokens") ?? request.maximumTokens
            } else if cursor.matches(key, "max_completion_tokens") {
                request.maximumTokens = try tokens(&cursor, "max_completion_tokens") ?? request.maximumTokens
            } else if cursor.matches(key, "ignore_eos") {
                request.ignoresEndOfSequence = try flag(&cursor, "ignore_eos")
            } else if cursor.matches(key, "stream") {
                request.isStreamed = try flag(&cursor, "stream")
            } else if cursor.matches(key, "stream_options") {
                request.streamUsage =
                    try optional(&cursor, "stream_options", "an object", UInt8(ascii: "{")) { (cursor) throws(ChatRequestError) in
                        try scanStreamOptions(&cursor)
                    } ?? .unasked
            } else if cursor.matches(key, "n") {
                guard try integer(&cursor, "n") ?? 1 == 1 else {
                    throw ChatRequestError("Only one choice is simulated; accepted is \"n\": 1.", parameter: "n")
                }
            } else {
                try cursor.skip(depth: 1)
            }
        }
        guard cursor.peek() == 0, cursor.isAtEnd else { throw cursor.malformed() }
        guard messages > 0 else {
            throw ChatRequestError("\"messages\" must be an array with at least one message.", parameter: "messages")
        }
        return request
    }

    private static func scanStreamOptions(_ cursor: inout JSONCursor) throws(ChatRequestError) -> ChatRequest.StreamUsage {
        var (isIncluded, isContinuous) = (false, false)
        try cursor.members { (cursor, key) throws(ChatRequestError) in
            if cursor.matches(key, "include_usage") {
                isIncluded = try flag(&cursor, "stream_options")
            } else if cursor.matches(key, "continuous_usage_stats") {
                isContinuous = try flag(&cursor, "stream_options")
            } else {
                try cursor.skip(depth: 2)
            }
        }
        return isIncluded ? (isContinuous ? .every : .last) : .unasked
    }

    private static func scanMessages(
        _ cursor: inout JSONCursor, _ bytes: UnsafeRawBufferPointer, _ request: inout ChatRequest
    ) throws(ChatRequestError) -> Int {
        guard cursor.peek() == UInt8(ascii: "[") else {
            throw ChatRequestError("\"messages\" must be an array of objects.", parameter: "messages")
        }
        var count = 0
        try cursor.elements { (cursor) throws(ChatRequestError) in
            guard cursor.peek() == UInt8(ascii: "{") else {
                throw ChatRequestError("\"messages\" must be an array of objects.", parameter: "messages")
            }
            count += 1
            try cursor.members { (cursor, key) throws(ChatRequestError) in
                if cursor.matches(key, "content") {
                    try scanContent(&cursor, bytes, &request)
                } else {
                    try cursor.skip(depth: 3)
                }
            }
        }
        return count
    }

    /// A string, `null`, or an array of parts of which those with a `text` count.
    private static func scanContent(
        _ cursor: inout JSONCursor, _ bytes: UnsafeRawBufferPointer, _ request: inout ChatRequest
    ) throws(ChatRequestError) {
        switch cursor.peek() {
        case UInt8(ascii: "\""):
            try scanText(&cursor, bytes, &request)
        case UInt8(ascii: "["):
            try cursor.elements { (cursor) throws(ChatRequestError) in
                guard cursor.peek() == UInt8(ascii: "{") else { return try cursor.skip(depth: 4) }
                try cursor.members { (cursor, key) throws(ChatRequestError) in
                    if cursor.matches(key, "text"), cursor.peek() == UInt8(ascii: "\"") {
                        try scanText(&cursor, bytes, &request)
                    } else {
                        try cursor.skip(depth: 5)
                    }
                }
            }
        default:
            guard cursor.peek() == UInt8(ascii: "n") else {
                throw ChatRequestError("A message's \"content\" must be text, parts or null.", parameter: "messages")
            }
            try cursor.literal("null")
        }
    }

    private static func scanText(
        _ cursor: inout JSONCursor, _ bytes: UnsafeRawBufferPointer, _ request: inout ChatRequest
    ) throws(ChatRequestError) {
        let facts = try cursor.string()
        request.promptBytes += facts.length
        guard let start = facts.marker, request.failure == nil else { return }
        request.failure = try FailureMarker.find(in: bytes[start..<facts.range.upperBound])
    }

    // MARK: Scalars that may be null

    private static func optional<Value>(
        _ cursor: inout JSONCursor, _ key: String, _ what: String, _ first: UInt8?,
        _ read: (inout JSONCursor) throws(ChatRequestError) -> Value
    ) throws(ChatRequestError) -> Value? {
        let byte = cursor.peek()
        if byte == UInt8(ascii: "n") {
            try cursor.literal("null")
            return nil
        }
        let startsNumber = byte == 0x2D || (0x30...0x39).contains(byte)
        guard first.map({ $0 == byte }) ?? startsNumber else {
            if cursor.isAtEnd { throw cursor.malformed() }
            throw ChatRequestError("\"\(key)\" must be \(what) or null.", parameter: key)
        }
        return try read(&cursor)
    }

    private static func integer(_ cursor: inout JSONCursor, _ key: String) throws(ChatRequestError) -> Int? {
        let value = try optional(&cursor, key, "an integer", nil) { (cursor) throws(ChatRequestError) in
            try cursor.number()
        }
        guard let value else { return nil }
        guard let value else { throw ChatRequestError("\"\(key)\" must be an integer.", parameter: key) }
        return value
    }

    private static func tokens(_ cursor: inout JSONCursor, _ key: String) throws(ChatRequestError) -> Int? {
        guard let value = try integer(&cursor, key) else { return nil }
        guard (1...mostTokens).contains(value) else {
            throw ChatRequestError("\"\(key)\" is \(value); accepted are 1 to \(mostTokens).", parameter: key)
        }
        return value
    }

    private static func flag(_ cursor: inout JSONCursor, _ key: String) throws(ChatRequestError) -> Bool {
        switch cursor.peek() {
        case UInt8(ascii: "t"):
            try cursor.literal("true")
            return true
        case UInt8(ascii: "f"):
            try cursor.literal("false")
            return false
        case UInt8(ascii: "n"):
            try cursor.literal("null")
            return false
        default:
            if cursor.isAtEnd { throw cursor.malformed() }
            throw ChatRequestError("\"\(key)\" must be true, false or null.", parameter: key)
        }
    }
}
