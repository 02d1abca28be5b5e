// From the tree to a text, on one line or one member a line. Written into bytes that grow: the summary of 65,536 labels
// has 90 MB.

extension JSON {
    /// JSON on one line, as JavaScript's JSON.stringify would write it but for numbers, which stay as they are.
    package func json(escaping: JSONText.Escaping = .required) -> String { text(indentation: nil, escaping) }

    /// One member a line, indented by two spaces a level, with nothing in it that is not fit for a terminal.
    package func prettyJSON() -> String { text(indentation: 2, .unprintable) }

    /// UTF-8, as summaries are written. With `indentation` one member a line; without it on one line.
    package func bytes(indentation: Int?) -> [UInt8] {
        var output = ByteBuilder()
        write(to: &output, indentation, .controls, depth: 0)
        return Array(output.bytes)
    }

    private func text(indentation: Int?, _ escaping: JSONText.Escaping) -> String {
        var output = ByteBuilder()
        write(to: &output, indentation, escaping, depth: 0)
        return output.string
    }

    private func write(to output: inout ByteBuilder, _ indentation: Int?, _ escaping: JSONText.Escaping, depth: Int) {
        func separate(_ index: Int, to output: inout ByteBuilder) {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            if let indentation { Self.breakLine(indentation * (depth + 1), to: &output) }
        }
        func close(_ bracket: Unicode.Scalar, isEmpty: Bool, to output: inout ByteBuilder) {
            if let indentation, !isEmpty { Self.breakLine(indentation * depth, to: &output) }
            output.append(UInt8(ascii: bracket))
        }
        switch self {
        case .null: output.append("null")
        case .bool(let value): output.append(value ? "true" : "false")
        case .number(let text): output.append(text)
        case .string(let text): JSONText.append(text, escaping, to: &output)
        case .array(let elements):
            // Numbers stand on one line: a column of a thousand of them is no list to read.
            let indentation = elements.allSatisfy(\.isNumber) ? nil : indentation
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                separate(index, to: &output)
                element.write(to: &output, indentation, escaping, depth: depth + 1)
            }
            close("]", isEmpty: elements.isEmpty, to: &output)
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                separate(index, to: &output)
                JSONText.append(member.key, escaping, to: &output)
                output.append(indentation == nil ? ":" : ": ")
                member.value.write(to: &output, indentation, escaping, depth: depth + 1)
            }
            close("}", isEmpty: members.isEmpty, to: &output)
        }
    }

    private var isNumber: Bool { if case .number = self { true } else { self == .null } }

    private static func breakLine(_ spaces: Int, to output: inout ByteBuilder) {
        output.append(0x0A)
        for _ in 0..<spaces { output.append(0x20) }
    }
}
