// One metric and everything that is said about it anywhere: what it is called here, by k6 and as a series, what it means,
// and where its value comes from. The summary's sections, k6's document, the series and the table of docs/METRICS.md are
// made from these, so that a new metric is one entry of the catalogue.

import Generator

/// An entry of the ``Catalog``.
package struct Metric: Sendable {
    /// What the values of a metric are, in k6's words (docs/METRICS.md "Definitions").
    package enum Kind: String, Sendable { case counter, gauge, rate, trend }

    /// What a metric is kept by. What is kept by label or exchange is merged for the run as a whole.
    package enum Scope: Sendable {
        case run
        /// A prompt label: also a member of `sml.labels.*`.
        case label
        /// Everything that labels k6's http_req series.
        case exchange
    }

    package enum Unit: String, Sendable {
        case none = ""
        case share = "0…1"
        case milliseconds = "ms"
        case seconds = "s"
        case bytes, tokens, users, requests, exchanges, iterations, arrivals, connections, sendings, records, samples
        case tokensPerSecond = "tokens/s"
        case perSecond = "1/s"
        case prompts
        case pushes, series, values
    }

    /// A series of ours, `sml_…`.
    package struct Series: Sendable, Equatable {
        package let name: String
        /// Where several metrics share a name, what tells them apart.
        package let labels: [SeriesLabel]
    }

    /// When k6's summary has a member of this name.
    package enum Presence: Sendable {
        case whenItHasASample
        /// As soon as anything was started, cut off or not.
        case whenARequestStarted
    }

    package let name: MetricName
    package let kind: Kind
    package let unit: Unit
    package let scope: Scope
    /// Name in k6's summary; its series are called `k6_` and this.
    package let k6: String?
    package let presence: Presence
    package let series: Series?
    /// Whether `sml.labels.*` has it too: of what is kept by exchange only some.
    package let isShownByLabel: Bool
    /// What is measured and how, in a sentence.
    package let meaning: String
    /// What the labels of its series are beyond the run's own, for docs/METRICS.md.
    package let labels: String
    /// When a summary has null for it or no member, and when there is no series; empty for never.
    package let absent: String
    /// What the text block says after the count when there is one, in the row of its section; nil for nothing.
    package let remark: String?
    package let source: MetricSource

    package init(
        _ name: MetricName, _ unit: Unit, _ source: MetricSource, k6: String? = nil, presence: Presence = .whenItHasASample,
        series: String? = nil, seriesLabels: [SeriesLabel] = [], isShownByLabel: Bool? = nil, labels: String? = nil, absent: String = "",
        remark: String? = nil, _ meaning: String
    ) {
        self.name = name
        self.unit = unit
        self.source = source
        self.k6 = k6
        self.presence = presence
        self.series = series.map { Series(name: $0, labels: seriesLabels) }
        self.meaning = meaning
        self.absent = absent
        self.remark = remark
        kind = source.kind
        scope = source.scope
        self.isShownByLabel = isShownByLabel ?? (scope == .label)
        self.labels = labels ?? Self.usualLabels(scope, kind, hasSeries: k6 != nil || series != nil)
    }

    private static func usualLabels(_ scope: Scope, _ kind: Kind, hasSeries: Bool) -> String {
        guard hasSeries else { return "" }
        return switch scope {
        case .run: ""
        case .label: kind == .trend ? "`label`" : ""
        case .exchange: "exchange labels"
        }
    }

    /// The name of k6's series, without the statistic of a trend. k6's metrics of a part of the samples have none.
    package var k6Series: String? {
        guard let k6, !k6.contains("{") else { return nil }
        return switch kind {
        case .counter: "k6_\(k6)_total"
        case .rate: "k6_\(k6)_rate"
        case .gauge, .trend: "k6_\(k6)"
        }
    }
}
