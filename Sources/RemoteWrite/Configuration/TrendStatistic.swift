// Which numbers of a trend become series. The grammar is k6's; the arithmetic belongs to whoever keeps the trend.

/// One statistic of a trend (k6 §7.3).
package enum TrendStatistic: Sendable, Equatable {
    case minimum, average, median, maximum, count, sum
    /// 0...100. `text` is what stood between the brackets, because the series name is made of it.
    case percentile(Double, text: String)

    package static let k6Default: [TrendStatistic] = [.percentile(99, text: "99")]

    /// `min`, `avg`, `med`, `max`, `count`, `sum` or `p(N)` with N from 0 to 100; nil for anything else.
    package init?(_ text: String) {
        switch text {
        case "min": self = .minimum
        case "avg": self = .average
        case "med": self = .median
        case "max": self = .maximum
        case "count": self = .count
        case "sum": self = .sum
        default:
            guard text.hasPrefix("p("), text.hasSuffix(")") else { return nil }
            let number = String(text.dropFirst(2).dropLast())
            // Digits and a point only: no sign, exponent or `nan`, which would not make a metric name.
            guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }), let value = Double(number),
                value <= 100
            else { return nil }
            self = .percentile(value, text: number)
        }
    }

    /// What the metric name ends in, after `_`: `p(99.9)` is `p999` (k6 §7.3).
    package var suffix: String {
        switch self {
        case .minimum: "min"
        case .average: "avg"
        case .median: "med"
        case .maximum: "max"
        case .count: "count"
        case .sum: "sum"
        case .percentile(_, let text): "p" + text.filter { $0 != "." }
        }
    }
}
