// k6's http_req series of one label set (k6 §7.4): 51 with SML's seven statistics. A group of the statistics is one
// label set, unless some of its values were folded into `other`: then several groups share one.

import Metrics
import RemoteWrite

/// The series of one or several ``ExchangeStatistics``.
struct ExchangeSeries: Sendable {
    /// The trends of the catalogue that are kept by exchange.
    private static let metrics: [(metric: Metric, read: @Sendable (ExchangeStatistics) -> Trend)] = Catalog.all.compactMap { metric in
        if case .exchange(.trend(let read, _)) = metric.source { (metric, read) } else { nil }
    }

    /// Indices into ``RunStatistics/exchanges``.
    private var members: [Int] = []
    private var requests: ScalarSeries
    private var failed: ScalarSeries
    private var trends: [TrendSeries]
    private var seen: UInt64 = 0

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        requests = ScalarSeries(Catalog[.httpRequests].k6Series ?? "", labels)
        failed = ScalarSeries(Catalog[.failedExchanges].k6Series ?? "", labels)
        trends = Self.metrics.map { TrendSeries($0.metric, labels, form) }
    }

    mutating func add(member: Int) { members.append(member) }

    mutating func update(_ run: RunStatistics, _ look: Look, into updates: inout [SeriesUpdate]) {
        let total = members.reduce(0) { $0 + run.exchanges[$1].requests.total }
        guard total > seen else {
            requests.hold(look, into: &updates)
            for index in trends.indices { trends[index].hold(look, into: &updates) }
            return
        }
        seen = total
        let newest = look.time(members.reduce(0) { max($0, run.exchanges[$1].lastSample) })
        let failures = members.reduce(into: Rate()) { $0.merge(run.exchanges[$1].failed) }
        requests.update(total, at: newest, look, into: &updates)
        failed.update(failures.value, at: newest, look, into: &updates)
        for (index, metric) in Self.metrics.enumerated() {
            let merged =
                members.count == 1
                ? metric.read(run.exchanges[members[0]])
                : Trend.merged(members.lazy.map { metric.read(run.exchanges[$0]) })
            trends[index].update(merged, at: newest, look, into: &updates)
        }
    }
}
