// The labels every series of a run carries: what SML passes to k6 as `--tag`. k6 replaces `scenario` by its own word
// `load` on everything but the two VU gauges; here it is SML's scenario name everywhere, as SML documents it.

import Metrics

/// Scenario, run label and model of a run. Empty ones are not sent (k6 §7.4).
public struct SeriesTags: Sendable, Equatable {
    public var scenario: String
    public var runLabel: String
    public var model: String

    public init(scenario: String, runLabel: String, model: String) {
        self.scenario = scenario
        self.runLabel = runLabel
        self.model = model
    }

    public init(_ context: RunContext) {
        self.init(scenario: context.scenario, runLabel: context.runLabel, model: context.model)
    }

    var labels: [SeriesLabel] {
        [SeriesLabel("scenario", scenario), SeriesLabel("run_label", runLabel), SeriesLabel("model", model)]
    }
}
