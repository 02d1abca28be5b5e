// A comparison in words that can be acted on: what differs and by how much, or how large a difference would have been seen.

/// What a ratio is of, which decides what a larger one is called.
package enum Quantity: Sendable {
    /// More is slower.
    case latency
    /// More is higher: throughput, tokens per second.
    case rate
}

extension RatioEstimate {
    /// `p95: B is 6.1 % slower (4.0–8.3)`, or `p95: no difference found; one of 2.4 % or more would have been (80 % of the
    /// time)`. `isDifferent` is Holm's answer over all that is compared.
    package func text(_ name: String, isDifferent: Bool, quantity: Quantity = .latency) -> String {
        guard isDifferent else {
            return "\(name): no difference found; one of \(Figures.percent(detectable)) % or more would have been (80 % of the time)"
        }
        let isMore = ratio > 1
        let word =
            switch quantity {
            case .latency: isMore ? "slower" : "faster"
            case .rate: isMore ? "higher" : "lower"
            }
        let shares = isMore ? (ratio - 1, low - 1, high - 1) : (1 - ratio, 1 - high, 1 - low)
        return "\(name): B is \(Figures.percent(shares.0)) % \(word) (\(Figures.percent(shares.1))–\(Figures.percent(shares.2)))"
    }
}

/// What the verdict of a comparison must add by its design.
package enum ComparisonNote {
    package static let sequential = "one after the other: changes of the machine between the runs are not covered"
    package static let adjusted = "at equal lengths"
    package static let tooShort = "too short"

    /// Said when late blocks were left out.
    package static func lateBlocks(_ late: Int, of all: Int) -> String {
        "\(late) of \(all) blocks left out in both arms: the generator was late"
    }
}

extension NotComparable {
    package var text: String {
        switch self {
        case .invalid(let arm): "\(arm) is INVALID: it measured its generator"
        case .overloaded(let arm): "\(arm) is OVERLOADED: its percentiles depend on its length"
        case .differs(let name, let a, let b): "\(name) differs (A \(a ?? "none"), B \(b ?? "none"))"
        case .successRates(let a, let b):
            "success rates differ by more than 1 point (A \(Figures.percent(a)) %, B \(Figures.percent(b)) %)"
        case .dropped(let arm, let share): "\(Figures.percent(share)) % of \(arm)'s arrivals were dropped"
        }
    }
}
