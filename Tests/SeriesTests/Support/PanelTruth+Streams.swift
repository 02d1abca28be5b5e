// What the panels of streams should show. Gaps are in no record; they lie between nothing and the longest answer.

import Generator

extension RunTruth {
    /// Panels that are empty in a run without streams.
    static let ofStreams: Set = [
        "Time to the first token by label", "Time per output token by label", "Between chunks by label",
    ]

    func streamCheck(_ panel: String, _ legend: String, _ series: [String: String]) -> PanelCheck? {
        let streamed = of(series["label"], good).filter { $0.firstToken >= 0 }
        if panel == "Output tokens per second by label" {
            return .perMinute(of(series["label"], good).reduce(0) { $0 + Double(max(0, $1.completionTokens)) })
        }
        guard let fraction = series["quantile"].flatMap(Double.init), !streamed.isEmpty else { return nil }
        switch panel {
        case "Time to the first token by label":
            let from: (RunRecord) -> Int64 = legend.hasPrefix("scheduled") ? { $0.scheduled } : { $0.started }
            return .exactly(Self.quantile(fraction, Self.times(streamed, from, \.firstToken)))
        case "Time per output token by label":
            let times = streamed.filter { $0.completionTokens > 1 && $0.chunks > 1 }
                .map { Double($0.lastToken - $0.firstToken) / 1e9 / Double($0.completionTokens - 1) }
            return .exactly(Self.quantile(fraction, times))
        case "Between chunks by label":
            return .between(0, Self.times(streamed, \.firstToken, \.lastToken).max() ?? 0)
        default: return nil
        }
    }
}
