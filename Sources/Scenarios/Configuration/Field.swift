// One value of a configuration together with where it stands, and the typed readings of it. Every reading either
// returns a checked value or an error of one shape: `file: key.path: value is not accepted; expected …`.

import Base

/// A value that is present and not null.
struct Field {
    let file: String
    let path: String
    let value: JSON

    func rejected(_ accepted: String) -> ConfigurationError {
        ConfigurationError(.configuration, "\(file): \(path): \(value.shown) is not accepted; expected \(accepted)")
    }

    func text(_ accepted: String = "a string") throws(ConfigurationError) -> String {
        guard case .string(let text) = value else { throw rejected(accepted) }
        return text
    }

    /// Text that ends up in a header, a label or a log line.
    func printableText(_ accepted: String) throws(ConfigurationError) -> String {
        let text = try text(accepted)
        guard PrintableText.isAccepted(text) else { throw rejected("\(accepted) \(PrintableText.accepted)") }
        return text
    }

    /// Only `true` and `false`; k6 takes everything else for false without a word.
    func flag() throws(ConfigurationError) -> Bool {
        guard case .bool(let flag) = value else { throw rejected("true or false") }
        return flag
    }

    /// A whole number, or a string of one. `1.0` is whole; `"12abc"`, which k6 reads as 12, is not.
    func integer(_ range: ClosedRange<Int64>, _ accepted: String) throws(ConfigurationError) -> Int64 {
        let integer: Int64? =
            switch value {
            case .number(let text): Int64(text) ?? Self.whole(text)
            case .string(let text) where text.first != "+": Int64(text)
            default: nil
            }
        guard let integer, range.contains(integer) else { throw rejected(accepted) }
        return integer
    }

    func integer(_ range: ClosedRange<Int>, _ accepted: String) throws(ConfigurationError) -> Int {
        Int(try integer(Int64(range.lowerBound)...Int64(range.upperBound), accepted))
    }

    /// A seed of the prompt order: a whole number, or a string of one, as far as 2^63 either way. Of a larger one k6's
    /// conversion to 32 bits depends on the processor.
    func promptSeed() throws(ConfigurationError) -> Int64 {
        let seed: Int64? =
            switch value {
            case .number(let text): Self.promptSeed(text) ?? Self.whole(text)
            case .string(let text): Self.promptSeed(text)
            default: nil
            }
        guard let seed else { throw rejected("a whole number from -2^63 to 2^63") }
        return seed
    }

    /// 2^63, which is a double but no Int64, is Int64.max here: the script's arithmetic makes the same of both.
    static func promptSeed(_ text: String) -> Int64? {
        guard text.first != "+" else { return nil }
        if let seed = Int64(text) { return seed }
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Double(text),
            value.magnitude <= 0x1p63
        else { return nil }
        return value < 0 ? .min : .max
    }

    /// A duration in the grammar of k6 §10. A bare number is milliseconds and worth a warning.
    func duration(
        from minimum: Duration, _ accepted: String = DurationGrammar.accepted, warnings: inout [String]
    ) throws(ConfigurationError) -> Duration {
        let parsed: DurationGrammar.Parsed? =
            switch value {
            case .string(let text): DurationGrammar.parse(text)
            case .number(let text): DurationGrammar.parse(JSONText.javaScriptNumber(text) ?? "")
            default: nil
            }
        guard let parsed, parsed.duration >= minimum else { throw rejected(accepted) }
        if parsed.isBareNumber, parsed.duration != .zero {
            let meant = DurationGrammar.format(parsed.duration)
            warnings.append("\(file): \(path): \(value.shown) has no unit and is read as milliseconds; write \(meant)")
        }
        return parsed.duration
    }

    /// Seconds as SML writes think times: a number, a string of one, or a duration with a unit.
    func seconds() throws(ConfigurationError) -> Duration {
        let accepted = "seconds, 0 to 86400, such as 2 or 0.5, or a duration with a unit, up to 10000d, such as 500ms"
        let text: String? =
            switch value {
            case .string(let text): text
            case .number(let text): JSONText.javaScriptNumber(text)
            default: nil
            }
        guard let text, let parsed = DurationGrammar.parse(text), parsed.duration >= .zero else {
            throw rejected(accepted)
        }
        // A bare number was read as milliseconds; here it means seconds.
        guard parsed.isBareNumber else { return parsed.duration }
        guard parsed.duration <= .seconds(86_400) else { throw rejected(accepted) }
        return parsed.duration * 1000
    }

    func elements(_ accepted: String) throws(ConfigurationError) -> [Field] {
        guard case .array(let elements) = value else { throw rejected(accepted) }
        return elements.enumerated().map { Field(file: file, path: "\(path)[\($0)]", value: $1) }
    }

    func group(_ accepted: String = "an object") throws(ConfigurationError) -> FieldGroup {
        guard case .object(let members) = value else { throw rejected(accepted) }
        return FieldGroup(file: file, path: path, members: members)
    }

    private static func whole(_ text: String) -> Int64? {
        guard let value = Double(text), value.magnitude <= 9_007_199_254_740_992 else { return nil }
        return Int64(exactly: value)
    }
}

/// An object's members, for reading by key.
struct FieldGroup {
    let file: String
    /// Empty at the top of a file.
    let path: String
    let members: [JSON.Member]

    /// The member, if present and not null: null means "not set" everywhere in SML's files.
    subscript(key: String) -> Field? {
        guard let member = members.first(where: { $0.key == key }), member.value != .null else { return nil }
        return Field(file: file, path: path(of: key), value: member.value)
    }

    func holds(_ key: String) -> Bool { members.contains { $0.key == key } }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func error(_ message: String) -> ConfigurationError {
        ConfigurationError(.configuration, path.isEmpty ? "\(file): \(message)" : "\(file): \(path): \(message)")
    }

    /// Refuses keys nobody would read. `hint` explains a key that is known but not welcome here.
    func requireKeys(
        _ accepted: [String], hint: (String) -> String? = { _ in nil }
    ) throws(ConfigurationError) {
        for member in members where !accepted.contains(member.key) {
            let list = accepted.joined(separator: ", ")
            if let hint = hint(member.key) {
                if member.value == .null { continue }
                throw ConfigurationError(.configuration, "\(file): \(path(of: member.key)): \(hint)")
            }
            throw ConfigurationError(
                .configuration, "\(file): \(path(of: member.key)): unknown key; accepted are \(list)")
        }
    }
}
