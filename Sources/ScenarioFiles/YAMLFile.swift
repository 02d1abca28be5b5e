// YAML for files other than scenarios: the same strict reading, and writing.

import Scenarios
import Yams

public enum YAMLFile {
    /// The one document in the file at `path`; errors name file and place.
    public static func read(_ path: String) throws(ConfigurationError) -> ConfigValue {
        try YAMLReader.parse(try TextFile.read(path), file: path)
    }

    /// The one document `text`; errors call it `file`.
    public static func parse(_ text: String, file: String) throws(ConfigurationError) -> ConfigValue {
        try YAMLReader.parse(text, file: file)
    }

    /// `value` as a document: block style, keys in the order given. Text that another reader could take for a number,
    /// a truth value or nothing is quoted.
    public static func text(_ value: ConfigValue) -> String {
        // Nodes are made of plain values here, which always have a text.
        (try? Yams.serialize(node: node(value), width: -1, allowUnicode: true)) ?? ""
    }

    private static func node(_ value: ConfigValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
        case .number(let text): Node(text, Tag(.float))
        case .string(let text):
            .scalar(.init(text, Tag(.str), PlainScalar(text) == .text && !text.isEmpty ? .any : .singleQuoted))
        case .array(let elements): .sequence(.init(elements.map(node), Tag(.seq), .block))
        case .object(let members):
            .mapping(.init(members.map { (node(.string($0.key)), node($0.value)) }, Tag(.map), .block))
        }
    }
}
