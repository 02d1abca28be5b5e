// YAML into the same tree JSON is read into. Plain scalars get the types YAML 1.1 (SML's parser) and 1.2 agree on:
// null, true/false, decimal numbers; everything else is text, so that `2s` is text and `20` a number. Where the two
// versions disagree (`yes`, `0x10`, `010`, `1:30`) a user means one and gets the other, so those are errors.

import Scenarios
import Yams

enum YAMLReader {
    /// Parses one document; `file` is what errors call it.
    static func parse(_ text: String, file: String) throws(ConfigurationError) -> ConfigValue {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            // Several lines, with the place marked; one line has to do here.
            let reason = "\(error)".split(separator: "\n").map { $0.trimmingBlanks }.joined(separator: " ")
            throw ConfigurationError(.configuration, "\(file): not valid YAML: \(reason)")
        }
        guard let node else { throw ConfigurationError(.configuration, "\(file): is empty") }
        var budget = nodeLimit
        return try convert(node, file: file, path: "", budget: &budget)
    }

    /// Aliases are expanded, so a small file could otherwise become a tree of any size.
    private static let nodeLimit = 100_000

    private static func convert(
        _ node: Node, file: String, path: String, budget: inout Int
    ) throws(ConfigurationError) -> ConfigValue {
        budget -= 1
        guard budget > 0 else {
            throw ConfigurationError(.configuration, "\(file): holds more than \(nodeLimit) values")
        }
        switch node {
        case .scalar(let scalar):
            return try convert(scalar, tag: node.tag, file: file, path: path)
        case .sequence(let sequence):
            var elements: [ConfigValue] = []
            for (index, element) in sequence.enumerated() {
                elements.append(try convert(element, file: file, path: "\(path)[\(index)]", budget: &budget))
            }
            return .array(elements)
        case .mapping(let mapping):
            var members: [ConfigValue.Member] = []
            for (key, value) in mapping {
                guard case .scalar(let scalar) = key else {
                    throw ConfigurationError(.configuration, "\(file): \(path): a key that is not text")
                }
                let keyPath = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
                guard !members.contains(where: { $0.key == scalar.string }) else {
                    throw ConfigurationError(.configuration, "\(file): \(keyPath): this key occurs twice")
                }
                members.append(
                    .init(scalar.string, try convert(value, file: file, path: keyPath, budget: &budget)))
            }
            return .object(members)
        case .alias:
            throw ConfigurationError(.configuration, "\(file): \(path): an alias without an anchor")
        }
    }

    private static func convert(
        _ scalar: Node.Scalar, tag: Tag, file: String, path: String
    ) throws(ConfigurationError) -> ConfigValue {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch PlainScalar(scalar.string) {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let text): return .number(text)
        case .text: return .string(scalar.string)
        case .ambiguous(let advice):
            throw ConfigurationError(
                .configuration, "\(file): \(path): \(scalar.string) means different things to different YAML "
                    + "readers; \(advice)")
        }
    }
}

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
        guard case .number(let number)? = try? ConfigValue.parse(plain), number == plain else { return nil }
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

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
