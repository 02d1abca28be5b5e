// What a YAML scalar without quotes is. YAML 1.1 (SML's parser) and 1.2 agree on null, true/false and decimal numbers;
// everything else is text, so that `2s` is text and `20` a number. Where the two versions disagree (`yes`, `0x10`, `010`,
// `1:30`) a user means one and gets the other, so those are errors.

import Base
import Scenarios

/// A scalar without quotes, by what it looks like.
enum PlainScalar: Equatable {
    case null
    case bool(Bool)
    /// Valid as a JSON number.
    case number(String)
    case text
    case ambiguous(String)

    init(_ text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case _ where ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()):
            self = .ambiguous("write true or false, or put it in quotes")
        default:
            if let number = Self.jsonNumber(text) {
                self = .number(number)
            } else if Self.looksNumeric(text) {
                self = .ambiguous("write a decimal number, or put it in quotes")
            } else {
                self = .text
            }
        }
    }

    private static func jsonNumber(_ text: String) -> String? {
        let plain = text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard case .number(let number)? = try? JSON.parse(plain), number == plain else { return nil }
        return number
    }

    /// Octal, hexadecimal, binary, with underscores, base 60, `.5`, infinities: numbers to some readers only.
    private static func looksNumeric(_ text: String) -> Bool {
        var rest = text.lowercased()[...]
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if [".inf", ".nan"].contains(rest) { return true }
        guard let first = rest.first, first.isASCII, first.isNumber || first == "." else { return false }
        if rest.hasPrefix("0x") { return rest.dropFirst(2).allSatisfy { $0.isHexDigit || $0 == "_" } }
        if rest.hasPrefix("0o") || rest.hasPrefix("0b") { rest = rest.dropFirst(2) }
        return rest.contains(where: \.isNumber)
            && rest.allSatisfy { $0.isASCII && $0.isNumber || $0 == "_" || $0 == ":" || $0 == "." }
            && rest.filter({ $0 == "." }).count <= 1
    }
}
