// YAML for files other than scenarios: the same strict reading, and writing.

import Base
import Scenarios

package enum YAMLFile {
    /// The one document in the file at `path`; errors name file and place.
    package static func read(_ path: String) throws(ConfigurationError) -> JSON {
        try YAMLReader.parse(try TextFile.read(path), file: path)
    }

    /// The one document `text`; errors call it `file`.
    package static func parse(_ text: String, file: String) throws(ConfigurationError) -> JSON {
        try YAMLReader.parse(text, file: file)
    }

    /// `value` as a document: block style, keys in the order given. Text that another reader could take for a number,
    /// a truth value or nothing is quoted.
    package static func text(_ value: JSON) -> String { YAMLWriter.text(value) }
}
