// YAML for files other than scenarios: the same strict reading, and writing.

import Scenarios

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
    public static func text(_ value: ConfigValue) -> String { YAMLWriter.text(value) }
}
