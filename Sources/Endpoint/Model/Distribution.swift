// Distributions of times and lengths, and the small grammar that names them on the command line. Lognormal because
// measured token counts and prefill times are right-skewed; its first parameter is the median so that the number a
// user writes is the one a percentile table shows.

import Glibc

/// A non-negative random quantity. Times are in nanoseconds, lengths in tokens.
package enum Distribution: Sendable, Equatable {
    case fixed(Double)
    case uniform(low: Double, high: Double)
    case exponential(mean: Double)
    /// exp(N(ln median, sigma)).
    case lognormal(median: Double, sigma: Double)

    func sample(_ draws: inout DrawStream) -> Double {
        switch self {
        case .fixed(let value): value
        case .uniform(let low, let high): low + (high - low) * draws.unit()
        case .exponential(let mean): -mean * log(1 - draws.unit())
        case .lognormal(let median, let sigma): median * exp(sigma * draws.normal())
        }
    }

    /// What the numbers of a specification are.
    package enum Unit: Sendable {
        /// `50ms`; the value is nanoseconds.
        case duration
        /// `128`; the value is the number.
        case count

        var example: String {
            switch self {
            case .duration: "50ms, uniform(20ms,80ms), exponential(50ms) or lognormal(50ms,0.3)"
            case .count: "128, uniform(50,200), exponential(128) or lognormal(128,0.5)"
            }
        }
    }

    /// Reads `VALUE`, `fixed(VALUE)`, `uniform(LOW,HIGH)`, `exponential(MEAN)` or `lognormal(MEDIAN,SIGMA)`.
    ///
    /// - Parameter option: the option's name, for the error.
    /// - Throws: ``EndpointUsageError`` with the text given and what is accepted.
    package init(parsing text: String, unit: Unit, option: String) throws(EndpointUsageError) {
        let refusal = EndpointUsageError("\(option) \"\(text)\": accepted are \(unit.example)")
        var name = Substring("fixed")
        var parameters = [Substring(text)]
        if let open = text.firstIndex(of: "(") {
            guard text.last == ")" else { throw refusal }
            name = text[..<open]
            let inner = text[text.index(after: open)...].dropLast()
            parameters = inner.split(separator: ",", omittingEmptySubsequences: false)
        }
        let values = parameters.map { Self.value(Self.trimmed($0), unit) }
        guard let first = values.first ?? nil else { throw refusal }
        switch (name, values.count) {
        case ("fixed", 1): self = .fixed(first)
        case ("exponential", 1): self = .exponential(mean: first)
        case ("uniform", 2):
            guard let high = values[1], first <= high else { throw refusal }
            self = .uniform(low: first, high: high)
        case ("lognormal", 2):
            guard let sigma = Self.value(Self.trimmed(parameters[1]), .count), sigma <= 10 else { throw refusal }
            self = .lognormal(median: first, sigma: sigma)
        default: throw refusal
        }
    }

    /// Nanoseconds of `50ms`, `1.5s`, `200us`, `10ns`, `2m` or `0`; `nil` when it is none of these.
    package static func nanoseconds(_ text: some StringProtocol) -> Double? {
        if text == "0" { return 0 }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let factor: Double? =
            switch text.dropFirst(number.count) {
            case "ns": 1
            case "us", "µs": 1e3
            case "ms": 1e6
            case "s": 1e9
            case "m": 60e9
            default: nil
            }
        guard let factor, let value = Double(String(number)), value * factor <= 1e16 else { return nil }
        return value * factor
    }

    private static func value(_ text: Substring, _ unit: Unit) -> Double? {
        switch unit {
        case .duration: return nanoseconds(text)
        case .count:
            guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
            return Double(String(text)).flatMap { $0 <= 1e9 ? $0 : nil }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
