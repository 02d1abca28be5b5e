// TOML into the tree that YAML and JSON are read into, so that one kind of code checks all three.

import Scenarios
import TOMLKit

enum TOMLText {
    /// - Throws: ``ConfigurationError`` that names `file`, line and column.
    static func parse(_ text: String, file: String) throws(ConfigurationError) -> ConfigValue {
        // The parser takes text up to the first of these.
        guard !text.unicodeScalars.contains("\0") else {
            throw ConfigurationError(.usage, "\(file): not valid TOML: holds a NUL character")
        }
        do {
            try TOMLGuard.check(text)
        } catch {
            throw ConfigurationError(.usage, "\(file): not valid TOML: line \(error.line): \(error.reason)")
        }
        do {
            // As JSON, which every value of TOML but dates has a form in; those become text.
            return try ConfigValue.parse(try TOMLTable(string: text).convert(to: .json, options: [.quoteDateAndTimes, .quoteInfinitesAndNaNs]))
        } catch let error as TOMLParseError {
            throw ConfigurationError(
                .usage, "\(file): not valid TOML: line \(error.source.begin.line), column \(error.source.begin.column): \(error.description)")
        } catch {
            throw ConfigurationError(.usage, "\(file): not valid TOML: \(error)")
        }
    }
}
