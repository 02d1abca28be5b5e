// What a corpus was taken for, and what of it is sent: counted while it is read, so that nothing is passed over without a word.

import Base

/// The forms an entry comes in.
package enum EntryForm: String, Sendable, CaseIterable {
    /// `content` or `messages`.
    case prompt
    /// `{"prompt": …}`.
    case promptKey = "prompt_key"
    case text
    case shareGPT = "sharegpt"
    case batch = "openai_batch"

    fileprivate var place: Int {
        switch self {
        case .prompt: 0
        case .promptKey: 1
        case .text: 2
        case .shareGPT: 3
        case .batch: 4
        }
    }
}

package struct CorpusReading: Sendable, Equatable {
    package enum File: String, Sendable { case array = "JSON array", lines = "JSON Lines", csv = "CSV" }

    /// A key and the number of entries that have it.
    package struct Key: Sendable, Equatable {
        package let key: String
        package fileprivate(set) var entries: Int
        /// Why it is not sent, or what was meant.
        package var explanation: String? { RequestKeys.explanation(of: key) }
    }

    package internal(set) var file = File.array
    /// Entries by form, those left out with them.
    package private(set) var forms: [EntryForm: Int] = [:]
    /// Conversations without a turn of a human.
    package internal(set) var leftOut = 0
    /// Keys of entries that nobody sends, in order of first appearance.
    package private(set) var unsent: [Key] = []
    /// Entries with keys beyond ``mostKeys``.
    package private(set) var others = 0
    /// Request keys that are sent for their entries.
    package private(set) var sent: [Key] = []
    private var unsentBytes: [[UInt8]] = []
    private var sentCounts = [Int](repeating: 0, count: RequestKeys.sent.count)
    private var bodies = 0
    private var formCounts = [Int](repeating: 0, count: EntryForm.allCases.count)

    /// A file whose keys are data has as many of them as entries.
    static let mostKeys = 50

    /// Nearly always the same few, so they are compared as bytes and no text is made of them.
    mutating func countUnsent(_ key: JSONString, in scanner: JSONScanner) {
        for index in unsentBytes.indices where unsentBytes[index].withUnsafeBytes({ scanner.equals(key, $0) }) {
            unsent[index].entries += 1
            return
        }
        countUnsent(JSONText.decode(key, in: scanner.bytes))
    }

    mutating func countUnsent(_ key: String) {
        if let index = unsent.firstIndex(where: { $0.key == key }) {
            unsent[index].entries += 1
        } else if unsent.count < Self.mostKeys {
            unsent.append(Key(key: key, entries: 1))
            unsentBytes.append(Array(key.utf8))
        } else {
            others += 1
        }
    }

    mutating func countSent(_ index: Int) { sentCounts[index] += 1 }
    mutating func countBody() { bodies += 1 }
    mutating func count(_ form: EntryForm) { formCounts[form.place] += 1 }

    /// All entries are read.
    mutating func finish() {
        sent = zip(RequestKeys.sent, sentCounts).filter { $1 > 0 }.map { Key(key: "\($0)", entries: $1) }
        for form in EntryForm.allCases where formCounts[form.place] > 0 { forms[form] = formCounts[form.place] }
        if bodies > 0 { sent.append(Key(key: "body", entries: bodies)) }
    }

    // MARK: - In words

    /// One line when the file is in another form than ours: what of it was taken.
    package var note: String? {
        func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number.grouped) \(number == 1 ? one : many)" }
        if file == .csv {
            let column = forms[.promptKey] == nil ? "content" : "prompt"
            return "read \(count(forms.values.reduce(0, +), "row", "rows")) of CSV, the column \(column) of each"
        }
        let parts = EntryForm.allCases.compactMap { form -> String? in
            guard let entries = forms[form] else { return nil }
            switch form {
            case .prompt: return count(entries, "prompt", "prompts")
            case .promptKey: return count(entries, "object", "objects") + " with a prompt, each one user message"
            case .text: return count(entries, "text", "texts") + ", each one user message"
            case .shareGPT:
                let less = leftOut == 0 ? "" : " (\(leftOut.grouped) without one left out)"
                return count(entries - leftOut, "conversation", "conversations") + " of ShareGPT, the first human turn of each\(less)"
            case .batch: return count(entries, "request", "requests") + " of an OpenAI batch, the body of each without model"
            }
        }
        return forms.keys.contains { $0 != .prompt } ? "read " + parts.joined(separator: ", ") : nil
    }

    /// One line when entries have keys that are not sent.
    package var warning: String? {
        guard !unsent.isEmpty else { return nil }
        let shown = unsent.prefix(10).map { key in
            let entries = "\(key.entries.grouped) \(key.entries == 1 ? "entry" : "entries")"
            return "\(key.key) (\(entries)\(key.explanation.map { "; \($0)" } ?? ""))"
        }
        let more = unsent.count > 10 || others > 0 ? ", and more" : ""
        return "keys that are not sent: \(shown.joined(separator: ", "))\(more); an entry has content or messages, label, max_tokens, "
            + "OpenAI's request keys, and under body whatever else is to be sent"
    }
}

extension BinaryInteger {
    /// `1,234,567`.
    var grouped: String {
        let digits = Array(String(magnitude))
        var out = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out += "," }
            out.append(digit)
        }
        return out
    }
}
