// From a text to the tree. Strict in what two readers could take differently: of a key that occurs twice one would count
// the first and another the last.

extension JSON {
    /// Parses one JSON text; a byte order mark is tolerated, a key that occurs twice in an object is not.
    package static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSON {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var scanner = JSONScanner(bytes, range: start..<bytes.count)
        let value = try read(&scanner)
        try scanner.finish()
        return value
    }

    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try parse(UnsafeRawBufferPointer(buffer))
        }
    }

    package static func parse(_ text: String) throws(JSONError) -> JSON { try parse(Array(text.utf8)) }

    /// The scanner's next value, whatever follows it.
    package static func read(_ scanner: inout JSONScanner) throws(JSONError) -> JSON {
        switch try scanner.peek() {
        case .null:
            try scanner.null()
            return .null
        case .bool: return .bool(try scanner.bool())
        case .number:
            let range = try scanner.number()
            return .number(String(decoding: scanner.bytes[range], as: UTF8.self))
        case .string: return .string(JSONText.decode(try scanner.string(), in: scanner.bytes))
        case .array:
            var elements: [JSON] = []
            try scanner.beginArray()
            while try scanner.nextElement() { elements.append(try read(&scanner)) }
            return .array(elements)
        case .object:
            var members: [Member] = []
            var seen: Set<String> = []
            try scanner.beginObject()
            while let raw = try scanner.nextKey() {
                let key = JSONText.decode(raw, in: scanner.bytes)
                guard seen.insert(key).inserted else {
                    throw JSONError(offset: raw.range.lowerBound, reason: "key \"\(key)\" occurs twice")
                }
                members.append(Member(key, try read(&scanner)))
            }
            return .object(members)
        }
    }
}
