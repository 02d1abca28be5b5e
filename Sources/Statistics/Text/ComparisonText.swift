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
    package static let fewRepeats = "fewer than \(BetweenRuns.recommended) repeats: the interval is wide"
    package static let notInterleaved = "all runs of one side before all of the other: slow changes of the machine are not covered"
    package static let noRecords = "summaries alone: values and no verdict, which needs the records of both"
    package static let corpusByName = "prompts are compared by the corpus's file name and size: a run is of before their content was kept"
    package static let ramp = "the load was changing: ratios are means over its stages"

    package static func betweenRuns(_ pairs: Int) -> String {
        "interval between \(pairs) pairs of runs: it covers restarts and changes of the machine as far as these saw them"
    }

    package static func ofK6(_ arms: [String]) -> String {
        "\(arms.joined(separator: " and ")) from k6, which does not say what was run: values and no verdict; "
            + "whether plan, prompts and seeds are the same is not known"
    }

    package static func dropped(_ arm: String, count: UInt64) -> String {
        "\(arm) dropped \(count) iterations: its figures are of the others"
    }

    package static func allowed(_ difference: String) -> String { "allowed: \(difference)" }
    package static func unsettled(_ arm: String) -> String {
        "\(arm) had not settled within half of the run: its figures may be of the warm-up"
    }

    package static func cutShort(_ arm: String, kind: String, seconds: Double) -> String {
        "\(arm) was \(kind) after \(Figures.text(seconds, decimals: 0)) s: only what both measured is compared"
    }

    /// Seconds from the start, and shares of the input.
    package static func repeats(a: (from: Double?, cached: Double?), b: (from: Double?, cached: Double?)) -> String {
        func side(_ name: String, _ side: (from: Double?, cached: Double?)) -> String {
            let from = side.from.map { "from \(Figures.clock($0)) on" } ?? "never"
            return "\(name) \(from)" + (side.cached.map { ", \(Figures.percent($0)) % of its input cached" } ?? "")
        }
        return "prompts were repeated (\(side("A", a)); \(side("B", b))): a server that keeps prefixes answers them faster"
    }

    /// Said when late blocks were left out.
    package static func lateBlocks(_ late: Int, of all: Int) -> String {
        "\(late) of \(all) blocks left out in both arms: the generator was late"
    }
}

extension ComparisonNote {
    /// `too short to compare; about 12 more minutes at this rate`.
    package static func tooShort(moreSeconds: Double) -> String {
        moreSeconds.isFinite ? "too short to compare; about \(NoInterval.longer(moreSeconds)) at this rate" : "too short to compare"
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
