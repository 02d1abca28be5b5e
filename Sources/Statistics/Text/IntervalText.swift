// A percentile as a line of the summary, with its interval or with the reason why there is none.

extension LatencyIntervals {
    /// Once under the lines that have an interval.
    package static let footnote = "95 % intervals for this run; changes between runs not covered"

    /// The line of `interval`, which is one of these.
    package func text(_ interval: PercentileInterval, rule: PrintingRule = .valuesBeyond, overloaded: Bool = false) -> String {
        figure(interval, rule: rule, overloaded: overloaded).text
    }
}

extension PercentileFigure {
    /// p95, p99.9.
    package var name: String { Figures.percentile(p) }

    /// `p95 285 ms (271–303)`, or `p99 1,234 ms  (no interval: …)`.
    package var text: String { "\(name) \(shortText(unit: " ms"))" + (missing.map { "  (no interval: \($0.text))" } ?? "") }

    /// The same without the name and without the reason why there is no interval.
    package func shortText(unit: String = "") -> String {
        guard missing == nil else { return Figures.text(figure.value, decimals: Figures.decimals(value: figure.value)) + unit }
        let mark = fewEvents.map { ", few independent events: \($0)" } ?? ""
        return figure.text(unit: unit, mark: mark, isBounded: true)
    }
}

extension Figure {
    /// `285 ms (271–303)`, with no more digits than the interval supports; the value alone where there is none.
    ///
    /// - Parameter isBounded: whether a missing bound is said to be missing.
    package func text(unit: String = "", mark: String = "", isBounded: Bool = false) -> String {
        var decimals = Figures.decimals(value: value)
        switch (low, high) {
        case (let low?, let high?): decimals = Figures.decimals(width: high - low)
        // The missing half is taken to be as long.
        case (let bound?, nil), (nil, let bound?): decimals = min(decimals, Figures.decimals(width: 2 * abs(value - bound)))
        case (nil, nil): break
        }
        func shown(_ value: Double) -> String { Figures.text(value, decimals: decimals) }
        let inside: String? =
            switch (low, high) {
            case (nil, nil): isBounded ? "no bound on either side" : nil
            case (let low?, nil): "at least \(shown(low))"
            case (nil, let high?): "at most \(shown(high))"
            case (let low?, let high?): "\(shown(low))–\(shown(high))"
            }
        return shown(value) + unit + (inside.map { " (\($0)\(mark))" } ?? "")
    }

    /// The value alone, with no more digits than the interval supports.
    package var shortText: String {
        let whole = text()
        return whole.firstIndex(of: " ").map { String(whole[..<$0]) } ?? whole
    }

    package static func / (figure: Figure, count: Double) -> Figure {
        Figure(value: figure.value / count, low: figure.low.map { $0 / count }, high: figure.high.map { $0 / count })
    }

    /// Of a share, in per cent.
    package var inPerCent: Figure { Figure(value: value * 100, low: low.map { $0 * 100 }, high: high.map { $0 * 100 }) }
}

extension NoInterval {
    package var text: String {
        switch self {
        case .overloaded: "the queue grew for the whole run"
        case .changingLoad: "the load was changing"
        case .fewValuesBeyond(let beyond, let needed, let more):
            "\(beyond) values beyond it, \(needed) needed; about \(Self.longer(more)) at this rate"
        case .shortBlocks(let more): "too short for latencies this long; about \(Self.longer(more))"
        case .fewTailEvents(let events):
            "\(Figures.text(events.rounded(.down), decimals: 0)) independent events beyond it, \(Int(PrintingRule.neededTailEvents)) needed"
        }
    }

    /// Rounded up: what is said shall be enough.
    package static func longer(_ seconds: Double) -> String {
        guard seconds > 60 else { return "\(Int(max(1, seconds.rounded(.up)))) more seconds" }
        return "\(Figures.text((seconds / 60).rounded(.up), decimals: 0)) more minutes"
    }
}

extension Overload {
    package var text: String {
        "OVERLOADED: the queue grew for the whole run (from \(Figures.text(first, decimals: 0)) to "
            + "\(Figures.text(last, decimals: 0))); these percentiles depend on the run's length"
    }
}
