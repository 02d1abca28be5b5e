// One decision of a guided launch: what is asked, what is offered, what is accepted. Flags and typed answers go through
// the same check, so that they are right or wrong in the same words.

import Base
import Scenarios

package struct GuideQuestion: Sendable {
    package struct Choice: Sendable, Equatable {
        package var value: String
        /// Beside it, for the person who chooses.
        package var note: String

        package init(_ value: String, _ note: String = "") {
            self.value = value
            self.note = note
        }
    }

    package var title: String
    /// None: the answer is free text.
    package var choices: [Choice]
    /// Taken for an empty answer, and where nobody can be asked.
    package var standard: String?
    /// Where somebody finds the choices when they are too many for a message.
    private let listing: String?
    /// Other words for a choice.
    private let synonyms: [String: String]
    /// Returns the value as it is meant, or throws ``SubmitError/usage(_:)`` that begins with the flag.
    private let check: @Sendable (String) throws -> String

    package init(
        _ title: String, choices: [Choice] = [], listing: String? = nil, synonyms: [String: String] = [:], standard: String? = nil,
        check: @escaping @Sendable (String) throws -> String = { $0 }
    ) {
        self.title = title
        self.choices = choices
        self.listing = listing
        self.synonyms = synonyms
        self.standard = standard
        self.check = check
    }

    /// There is nothing to choose.
    var onlyChoice: String? { choices.count == 1 ? choices[0].value : nil }

    /// - Parameter text: a value; on a terminal also the number of a choice.
    func accept(_ text: String, flag: String, numbers: Bool) throws -> String {
        guard !choices.isEmpty else { return try check(text) }
        let text = synonyms[text] ?? text
        if numbers, let number = Int(text), choices.indices.contains(number - 1) { return try check(choices[number - 1].value) }
        guard choices.contains(where: { $0.value == text }) else {
            throw SubmitError.usage(
                "\(flag): \"\(OneLine.first(of: text))\" is not accepted; " + (listing ?? "expected one of \(names)"))
        }
        return try check(text)
    }

    private var names: String { choices.map(\.value).joined(separator: ", ") }

    /// What a missing value could have been, to be added to a message.
    var known: String { choices.isEmpty ? "" : "; " + (listing ?? "known are \(names)") }

    /// The choices as a numbered list.
    var list: String {
        let width = choices.map(\.value.count).max() ?? 0
        let digits = "\(choices.count)".count
        return choices.enumerated().map { index, choice in
            let number = "\(index + 1)"
            let padding = String(repeating: " ", count: width - choice.value.count)
            return "  " + String(repeating: " ", count: digits - number.count) + number + "  " + choice.value
                + (choice.note.isEmpty ? "" : padding + "  " + choice.note)
        }.joined(separator: "\n")
    }
}
