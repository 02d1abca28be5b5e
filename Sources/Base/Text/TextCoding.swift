// Codings of text that are not ours. Windows writes UTF-16 where a terminal's output is sent to a file, and editors put a byte
// order mark in front of UTF-8; read as they stand, both give errors that nobody understands.

/// How a text is coded that is not plain UTF-8.
package enum TextCoding: Sendable, Equatable {
    case utf8WithMark
    case utf16
    case utf32

    /// Nil for what may be UTF-8 without a mark. Without a mark UTF-16 and UTF-32 are known by the zeros that ASCII has in them.
    package init?(_ bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(4))
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            self = .utf8WithMark
            return
        }
        let zeros = head.map { $0 == 0 }
        switch (head.first ?? 1, zeros) {
        case (0xFF, [false, false, true, true]) where head[1] == 0xFE: self = .utf32
        case (0, [true, true, false, false]) where head[2] == 0xFE: self = .utf32
        case (_, [false, true, true, true]), (_, [true, true, true, false]): self = .utf32
        case (0xFF, _) where head.count > 1 && head[1] == 0xFE, (0xFE, _) where head.count > 1 && head[1] == 0xFF: self = .utf16
        case (_, [false, true, false, true]), (_, [true, false, true, false]): self = .utf16
        default: return nil
        }
    }

    /// What an error says of it.
    package var words: String {
        switch self {
        case .utf8WithMark: "begins with a byte order mark"
        case .utf16: "is UTF-16 text"
        case .utf32: "is UTF-32 text"
        }
    }
}
