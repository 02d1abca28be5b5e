// `--framework-args "…"`: one option that holds a command line. It is split into words here, once, as a shell would
// (quotes, backslashes), and every word reaches the framework as it is; nothing in it is expanded on the node.

import Base
import Scenarios
import Submit

package struct FrameworkArguments: Sendable, Equatable {
    package private(set) var words: [String]

    package init(words: [String] = []) { self.words = words }

    /// - Throws: ``SubmitError/usage(_:)`` that names `option`, when a quote is not closed.
    package init(_ text: String, option: String) throws {
        do throws(ShellSplit.Failure) {
            words = try ShellSplit.words(text)
        } catch {
            throw SubmitError.usage("\(option): \(JSON.string(text).shown): \(error.description)")
        }
    }

    /// As somebody would type them.
    package var text: String { words.map(ShellWord.quoted).joined(separator: " ") }

    package func contains(_ names: Set<String>) -> Bool { index(of: names) != nil }

    private func index(of names: Set<String>) -> Int? {
        words.firstIndex { word in names.contains { word == $0 || word.hasPrefix("\($0)=") } }
    }

    /// Takes `--name value` and `--name=value` out, the last one's value being the one that counts.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` when the value is missing.
    mutating func take(_ names: Set<String>, option: String) throws -> String? {
        var value: String?
        while let index = index(of: names) {
            let word = words.remove(at: index)
            if let equals = word.firstIndex(of: "=") {
                value = String(word[word.index(after: equals)...])
            } else {
                guard index < words.count, !words[index].hasPrefix("-") else {
                    throw SubmitError.usage("\(option): \(word): a value is missing")
                }
                value = words.remove(at: index)
            }
        }
        return value
    }

    /// Takes a leading word that is no option: `vllm serve MODEL`.
    mutating func takeLeading() -> String? {
        words.first.map { $0.hasPrefix("-") } == false ? words.removeFirst() : nil
    }
}
