// The list of all metrics, in the order in which a summary shows them. Everything that writes metrics walks this list.

/// What is measured.
package enum Catalog {
    package static let all: [Metric] =
        counts + rates + latency + exchanges + tokens + totals + streams + goodput + prompts + iterations + punctuality + answers
        + generator
        + elsewhere

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The entry of that name; every name that code asks for has one.
    package static subscript(_ name: MetricName) -> Metric {
        guard let metric = byName[name] else { preconditionFailure("no metric is called \(name)") }
        return metric
    }

    /// What the summary's `sml` object shows of `section`.
    package static func members(of section: String) -> [Metric] { all.filter { $0.name.section == section } }

    /// The objects of `sml` that have metrics, in order.
    package static let sections = all.reduce(into: [String]()) { found, metric in
        if let section = metric.name.section, !found.contains(section) { found.append(section) }
    }

    /// What the text block says of `section` beyond what every run has.
    package static func remarks(of section: String) -> [Metric] { members(of: section).filter { $0.remark != nil } }

    /// What each label of `sml.labels` shows.
    package static let byLabel = all.filter(\.isShownByLabel)

    /// What k6's summary has, in its order.
    package static let k6 = all.filter { $0.k6 != nil }.sorted { ($0.k6 ?? "") < ($1.k6 ?? "") }
}
