// One condition on a metric in k6's grammar, `p(95)<2000`: an aggregation, a comparison, a number. Read as k6 reads it (the
// first comparison found, in k6's order, splits the text), but a percentile outside of 0 to 100 and a number that is none are
// refused rather than compared with.

import Base

package struct ThresholdExpression: Sendable, Equatable {
    package enum Aggregation: Sendable, Equatable {
        case count, rate, value, avg, min, med, max
        /// 0…100.
        case percentile(Double)
    }

    package enum Comparison: String, Sendable, CaseIterable {
        // In the order in which k6 looks for them: the longer of two that begin alike first.
        case lessEqual = "<="
        case less = "<"
        case greaterEqual = ">="
        case greater = ">"
        case strictlyEqual = "==="
        case equal = "=="
        case notEqual = "!="
    }

    static let accepted =
        "an aggregation (count, rate, value, avg, min, med, max or p(95)), one of < <= > >= == === !=, and a number, such as p(95)<2000"

    /// As it was written.
    package let source: String
    package let aggregation: Aggregation
    package let comparison: Comparison
    /// In the metric's unit as k6 has it: milliseconds for times, 0…1 for rates.
    package let limit: Double

    /// Nil for what is not of the grammar.
    package init?(_ source: String) {
        guard let (method, comparison, value) = Self.split(source), let aggregation = Aggregation(method), let limit = Self.number(value)
        else { return nil }
        self.source = source
        self.aggregation = aggregation
        self.comparison = comparison
        self.limit = limit
    }

    private static func split(_ text: String) -> (String, Comparison, String)? {
        for comparison in Comparison.allCases {
            guard let place = text.firstRange(of: comparison.rawValue) else { continue }
            return (text[..<place.lowerBound].trimmingBlanks, comparison, text[place.upperBound...].trimmingBlanks)
        }
        return nil
    }

    /// A decimal number; `Double` would also take hexadecimal ones, infinities and NaN.
    static func number(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether `value` meets it.
    package func holds(_ value: Double) -> Bool {
        switch comparison {
        case .lessEqual: value <= limit
        case .less: value < limit
        case .greaterEqual: value >= limit
        case .greater: value > limit
        case .strictlyEqual, .equal: value == limit
        case .notEqual: value != limit
        }
    }
}

extension ThresholdExpression.Aggregation {
    fileprivate init?(_ method: String) {
        switch method {
        case "count": self = .count
        case "rate": self = .rate
        case "value": self = .value
        case "avg": self = .avg
        case "min": self = .min
        case "med": self = .med
        case "max": self = .max
        default:
            guard method.hasPrefix("p("), method.hasSuffix(")"),
                let percent = ThresholdExpression.number(String(method.dropFirst(2).dropLast())), (0...100).contains(percent)
            else { return nil }
            self = .percentile(percent)
        }
    }

    /// As an expression has it.
    package var name: String {
        switch self {
        case .count: "count"
        case .rate: "rate"
        case .value: "value"
        case .avg: "avg"
        case .min: "min"
        case .med: "med"
        case .max: "max"
        case .percentile(let percent): "p(\(JSONText.javaScriptNumber(percent)))"
        }
    }
}
