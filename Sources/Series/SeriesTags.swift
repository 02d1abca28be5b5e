// The labels every series of a run carries: what SML passes to k6 as `--tag`. k6 replaces `scenario` by its own word
// `load` on everything but the two VU gauges; here it is SML's scenario name everywhere, as SML documents it.

import Metrics

/// Scenario, run label and model of a run, and whatever else was asked for. Empty ones are not sent (k6 §7.4).
package struct SeriesTags: Sendable, Equatable {
    /// A label of every series of a run.
    package struct Tag: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var scenario: String
    package var runLabel: String
    package var model: String
    /// Further labels. One named like a label that a series has of its own (`label`, `status`, …) does not reach that
    /// series: a metric's own tags win, as in k6.
    package var further: [Tag]

    package init(scenario: String, runLabel: String, model: String, further: [Tag] = []) {
        self.scenario = scenario
        self.runLabel = runLabel
        self.model = model
        self.further = further
    }

    /// - Parameter further: k6's `--tag`. Scenario, run label and model among them count where the run has none.
    package init(_ context: RunContext, further: [Tag] = []) {
        func value(_ own: String, _ name: String) -> String {
            own.isEmpty ? further.last { $0.name == name }?.value ?? "" : own
        }
        self.init(
            scenario: value(context.scenario, "scenario"), runLabel: value(context.runLabel, "run_label"),
            model: value(context.model, "model"),
            further: further.filter { !["scenario", "run_label", "model"].contains($0.name) })
    }

    var labels: [SeriesLabel] {
        [SeriesLabel("scenario", scenario), SeriesLabel("run_label", runLabel), SeriesLabel("model", model)]
            + further.map { SeriesLabel($0.name, $0.value) }
    }
}
