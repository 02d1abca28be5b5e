// A percentile as a line of the summary, with its interval or with the reason why there is none.

extension LatencyIntervals {
    /// Once under the lines that have an interval.
    package static let footnote = "95 % intervals for this run; they do not cover changes between runs"

    /// `p95 285 ms (271–303)`, or `p99 1,234 ms  (no interval: …)`.
    package func text(_ interval: PercentileInterval, rule: PrintingRule = .valuesBeyond, overloaded: Bool = false) -> String {
        let name = Figures.percentile(interval.p)
        let value = interval.value / 1e6
        switch decide(interval, rule: rule, overloaded: overloaded) {
        case .printed(let low, let high, let fewEvents):
            let bounds = [low, high].compactMap { $0.map { Double($0) / 1e6 } }
            let decimals =
                bounds.count == 2 ? Figures.decimals(width: bounds[1] - bounds[0]) : Figures.decimals(value: value)
            let range = bounds.map { Figures.text($0, decimals: decimals) }
            let inside =
                switch (low, high) {
                case (nil, nil): "no bound on either side"
                case (_?, nil): "at least \(range[0])"
                case (nil, _?): "at most \(range[0])"
                case (_?, _?): "\(range[0])–\(range[1])"
                }
            let mark = fewEvents.map { ", few independent events: \($0)" } ?? ""
            return "\(name) \(Figures.text(value, decimals: decimals)) ms (\(inside)\(mark))"
        case .withheld(let reason):
            return "\(name) \(Figures.text(value, decimals: Figures.decimals(value: value))) ms  (no interval: \(reason.text))"
        }
    }
}

extension NoInterval {
    package var text: String {
        switch self {
        case .overloaded: "the queue grew for the whole run"
        case .fewValuesBeyond(let beyond, let needed, let more):
            "\(beyond) values beyond it, \(needed) needed; about \(Self.longer(more)) at this rate"
        case .shortBlocks(let more): "too short for latencies this long; about \(Self.longer(more))"
        case .fewTailEvents(let events): "\(Int(events)) independent events beyond it, \(Int(PrintingRule.neededTailEvents)) needed"
        }
    }

    /// Rounded up: what is said shall be enough.
    private static func longer(_ seconds: Double) -> String {
        guard seconds > 60 else { return "\(max(1, Int(seconds.rounded(.up)))) more seconds" }
        return "\(Figures.text((seconds / 60).rounded(.up), decimals: 0)) more minutes"
    }
}

extension Overload {
    package var text: String {
        "OVERLOADED: the queue grew for the whole run (from \(Figures.text(first, decimals: 0)) to "
            + "\(Figures.text(last, decimals: 0))); these percentiles depend on the run's length"
    }
}
