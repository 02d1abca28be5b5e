// Turns the statistics of a run into the series that changed since the last look. It remembers what it rendered, so
// that label bytes are made once per series and an idle group of series costs a comparison; it owns no clock, lock or
// socket. The list of series with names, units and labels is k6's (k6 §7.3, §7.4); docs/METRICS.md describes each.

import Metrics
import RemoteWrite
import Base

/// The series of one run.
package struct SeriesRegistry: Sendable {
    private let base: [SeriesLabel]
    private let form: TrendForm
    /// Wall clock at the run's zero, nanoseconds since 1970.
    private let origin: Int64
    private let interval: Duration
    private let redactor: Redactor
    private var limit: LabelLimit
    /// What a probe is for. Its other series have the load's names, under which nobody would look for requests that are not the load's.
    private static let probed = ["sml_ttft_seconds", "sml_time_per_output_token_seconds", "sml_inter_chunk_seconds"]
    private let isProbe: Bool

    private var run: RunSeries
    private var own: OwnSeries
    private var exchanges: [ExchangeSeries] = []
    private var exchangeGroups: [[SeriesLabel]: Int] = [:]
    /// How many of the statistics' exchanges have their group, and the label each belongs to.
    private var exchangeLabels: [String] = []
    private var labels: [String: LabelSeries] = [:]
    private var assigned: Set<Int> = []
    private var foldedSeries: [String: ScalarSeries] = [:]
    private var warned: Set<String> = []
    /// Milliseconds since 1970.
    private var previousLook: Int64?

    /// - Parameters:
    ///   - startedUnixNanoseconds: wall clock at the run's zero; timestamps are counted from it.
    ///   - interval: between two looks.
    ///   - redactor: hides secrets in the values of labels that a server can influence.
    ///   - isProbe: only the times of streams have series.
    package init(
        tags: SeriesTags, form: TrendForm, startedUnixNanoseconds: Int64, interval: Duration = .seconds(5),
        redactor: Redactor = Redactor(), limit: LabelLimit = LabelLimit(),
        isProbe: Bool = false
    ) {
        self.isProbe = isProbe
        self.interval = interval
        base = tags.labels
        self.form = form
        origin = startedUnixNanoseconds
        self.redactor = redactor
        self.limit = limit
        run = RunSeries(base, form)
        own = OwnSeries(base)
    }

    /// How many values of each label name were folded into `other` so far.
    package var folded: [String: Int] { limit.folded }

    /// One line per label name whose values were folded for the first time since the last call.
    package mutating func takeWarnings() -> [String] {
        let new = limit.folded.keys.filter { !warned.contains($0) }.sorted()
        warned.formUnion(new)
        return new.map {
            "series: more than \(limit.maximum) values of the label '\($0)'; "
                + "further ones are sent as \($0)=\"\(LabelLimit.other)\""
        }
    }

    /// The series with a new sample since the last call, and the counters. Cost is proportional to what changed.
    package mutating func updates(_ snapshot: RunSnapshot) -> [SeriesUpdate] {
        let statistics = snapshot.statistics
        let look = Look(origin: origin, elapsed: snapshot.elapsed, previous: previousLook, interval: interval)
        previousLook = look.now
        var updates: [SeriesUpdate] = []
        assignLabels(statistics)
        if isProbe {
            for name in labels.keys.sorted() { labels[name]?.update(statistics, limit: &limit, look, into: &updates) }
            return updates.filter { Self.isProbed($0.labels) }
        }
        assignExchanges(statistics)
        run.update(statistics, look, into: &updates)
        for index in exchanges.indices { exchanges[index].update(statistics, look, into: &updates) }
        for name in labels.keys.sorted() {
            labels[name]?.update(statistics, limit: &limit, look, into: &updates)
        }
        updateFailedRates(statistics, look, into: &updates)
        own.update(snapshot, look, into: &updates)
        for (name, count) in limit.folded.sorted(by: { $0.key < $1.key }) {
            foldedSeries[
                name, default: ScalarSeries("sml_folded_label_values", base + [SeriesLabel("label_name", name)])
            ].update(UInt64(count), at: look.now, look, into: &updates)
        }
        return updates
    }

    private static func isProbed(_ labels: SeriesLabels) -> Bool {
        guard let name = labels.decoded.first(where: { $0.name == "__name__" })?.value else { return false }
        return probed.contains { name == $0 || name == $0 + "_sum" || name == $0 + "_count" }
    }

    /// Gives every prompt label that has been used its series.
    private mutating func assignLabels(_ statistics: RunStatistics) {
        for (index, label) in statistics.labels.enumerated() where !assigned.contains(index) && label.success.total > 0 {
            assigned.insert(index)
            let name = limit.admit("label", label.label)
            labels[name, default: LabelSeries(base + [SeriesLabel("label", name)], form)].add(member: index)
        }
    }

    /// Gives every group of exchanges that is new its series.
    private mutating func assignExchanges(_ statistics: RunStatistics) {
        for index in exchangeLabels.count..<statistics.exchanges.count {
            let own = statistics.exchanges[index].seriesLabels.map { admitted($0) }
            exchangeLabels.append(own.first { $0.name == "label" }?.value ?? "")
            let group = exchangeGroups[own] ?? exchanges.count
            if group == exchanges.count {
                exchanges.append(ExchangeSeries(base + own, form))
                exchangeGroups[own] = group
            }
            exchanges[group].add(member: index)
        }
    }

    private mutating func admitted(_ label: SeriesLabel) -> SeriesLabel {
        switch label.name {
        case "url", "error": SeriesLabel(label.name, limit.admit(label.name, redactor.redact(label.value)))
        // A copy of `url` (k6 §7.4), which shares its fate.
        case "name": SeriesLabel(label.name, limit.admit("url", redactor.redact(label.value)))
        default: SeriesLabel(label.name, limit.admit(label.name, label.value))
        }
    }

    private mutating func updateFailedRates(
        _ statistics: RunStatistics, _ look: Look, into updates: inout [SeriesUpdate]
    ) {
        var totals: [String: (rate: Rate, newest: Int64)] = [:]
        for (index, label) in exchangeLabels.enumerated() {
            totals[label, default: (Rate(), 0)].rate.merge(statistics.exchanges[index].failed)
            let newest = max(totals[label]?.newest ?? 0, statistics.exchanges[index].lastSample)
            totals[label]?.newest = newest
        }
        for (label, total) in totals {
            labels[label, default: LabelSeries(base + [SeriesLabel("label", label)], form)]
                .updateFailed(total.rate, newest: total.newest, look, into: &updates)
        }
    }
}
