// Which rows and columns of an export somebody wants: `label=short`, `status!=200`, `t>=30s`. One comparison each, all of which
// must hold; what needs more is a query, and the export is made for tools that have a language for it.

import Base

/// A choice of an export's columns and rows.
package struct RecordSelection: Sendable, Equatable {
    /// In the order in which they are written; nil for all.
    package var columns: [String]?
    package var conditions: [RecordCondition]

    package init(columns: [String]? = nil, conditions: [RecordCondition] = []) {
        self.columns = columns
        self.conditions = conditions
    }

    /// - Parameters:
    ///   - columns: names with commas between them, as an option has them.
    ///   - conditions: one comparison each.
    /// - Throws: ``RecordSelectionError``.
    package init(columns: String?, conditions: [String]) throws(RecordSelectionError) {
        self.init(columns: try columns.map(Self.names), conditions: try Self.parsed(conditions))
    }

    private static func parsed(_ texts: [String]) throws(RecordSelectionError) -> [RecordCondition] {
        var found: [RecordCondition] = []
        for text in texts { found.append(try RecordCondition(text)) }
        return found
    }

    private static func names(_ text: String) throws(RecordSelectionError) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks }
        for name in names where !RecordExport.columns.contains(name) {
            throw RecordSelectionError(option: "--columns", reason: "there is no column \"\(name)\"" + RecordSelectionError.accepted)
        }
        guard Set(names).count == names.count else {
            throw RecordSelectionError(option: "--columns", reason: "a column is named twice")
        }
        return names
    }
}

/// One comparison of a column with a value.
package struct RecordCondition: Sendable, Equatable {
    enum Comparison: String, CaseIterable, Sendable {
        // Those of two characters first, since they begin with one of the others.
        case notEqual = "!=", atLeast = ">=", atMost = "<=", equal = "=", above = ">", below = "<"
    }

    /// Seconds since the run's zero at which a request was due or a sample taken.
    static let time = "t"

    let column: String
    let comparison: Comparison
    /// As written.
    let text: String
    /// The same as a number, `t`'s in nanoseconds; nil for a text.
    let number: Int64?

    /// - Throws: ``RecordSelectionError``.
    package init(_ text: String) throws(RecordSelectionError) {
        func refuse(_ reason: String) -> RecordSelectionError { RecordSelectionError(option: "--where", reason: reason) }
        let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let rest = text.dropFirst(name.count).drop { $0 == " " }
        guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
            throw refuse("\"\(text)\" is no comparison: expected a column, one of = != < <= > >=, and a value, e.g. status!=200")
        }
        var value = String(rest.dropFirst(comparison.rawValue.count)).trimmingBlanks
        // As in other languages.
        if comparison == .equal, value.hasPrefix("=") { value = String(value.dropFirst()).trimmingBlanks }
        column = String(name)
        self.comparison = comparison
        self.text = value
        guard column == Self.time || RecordExport.columns.contains(column) else {
            throw refuse("there is no column \"\(column)\"" + RecordSelectionError.accepted)
        }
        guard column != Self.time else {
            guard let duration = DurationGrammar.parse(value), !duration.isBareNumber else {
                throw refuse("\"\(value)\" is no time since the run's start: expected \(DurationGrammar.accepted)")
            }
            number = duration.duration.nanoseconds
            return
        }
        number = Int64(value)
        if comparison != .equal, comparison != .notEqual, number == nil {
            throw refuse("\"\(value)\" is no whole number; \(comparison.rawValue) compares numbers (t compares times: t>=30s)")
        }
    }

    func holds(_ value: Int64) -> Bool {
        guard let number else { return comparison == .notEqual }
        return switch comparison {
        case .equal: value == number
        case .notEqual: value != number
        case .atLeast: value >= number
        case .atMost: value <= number
        case .above: value > number
        case .below: value < number
        }
    }

    /// A cell without a value equals the empty text and nothing else.
    func holds(_ cell: RecordExport.Cell) -> Bool {
        switch cell {
        case .number(let value): holds(value)
        case .yesNo(let value): ((value ? "true" : "false") == text) == (comparison == .equal) && !isOrder
        case .text(let value): isOrder ? false : (value == text) == (comparison == .equal)
        case .none: isOrder ? false : text.isEmpty == (comparison == .equal)
        }
    }

    private var isOrder: Bool { comparison != .equal && comparison != .notEqual }
}

/// An option that selects nothing there is; `description` is one line for the user.
package struct RecordSelectionError: CommandError, Equatable {
    static let accepted = "; 't' and these exist: " + RecordExport.columns.joined(separator: ", ")

    package var option: String
    package var reason: String
    package var exitCode: Int32 { ExitStatus.usage.rawValue }
    package var description: String { "\(option): \(reason)" }
}
