// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. Kept apart from the scanner
// because configuration text that is not JSON (YAML, header values) is checked with it too.

package enum UTF8Sequence {
    /// Bytes (2–4) of the well-formed non-ASCII sequence at `index`, or 0 if it is malformed or cut off.
    @inline(__always)
    package static func length(in bytes: UnsafeRawBufferPointer, at index: Int, end: Int) -> Int {
        let lead = bytes[index]
        let left = end - index
        switch lead {
        case 0xC2...0xDF:
            guard left >= 2, isContinuation(bytes[index + 1]) else { return 0 }
            return 2
        case 0xE0...0xEF:
            guard left >= 3, isContinuation(bytes[index + 2]) else { return 0 }
            let second = bytes[index + 1]
            let accepted: ClosedRange<UInt8> =
                lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
            return accepted.contains(second) ? 3 : 0
        case 0xF0...0xF4:
            guard left >= 4, isContinuation(bytes[index + 2]), isContinuation(bytes[index + 3]) else { return 0 }
            let second = bytes[index + 1]
            let accepted: ClosedRange<UInt8> =
                lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            return accepted.contains(second) ? 4 : 0
        default:
            return 0
        }
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
