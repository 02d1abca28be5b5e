// The series of one prompt label: latency and tokens as SML's script has them (k6 §7.4), errors by status, and two of
// our own: latency from the scheduled time, and the failure rate over all statuses, without which
// k6_http_req_failed_rate is 0 or 1 by construction.

import Metrics
import RemoteWrite

/// The series of one or, for `other`, several ``LabelStatistics``.
struct LabelSeries: Sendable {
    /// A trend of the catalogue that is kept by label.
    private struct LabelTrend: Sendable {
        let metric: Metric
        let values: @Sendable (LabelStatistics) -> Trend
        let newest: @Sendable (LabelStatistics) -> Int64

        init?(_ metric: Metric) {
            switch metric.source {
            case .label(.trend(let read, let newest)):
                values = read
                self.newest = { newest?($0) ?? 0 }
            case .succeeded, .streamed:
                values = { $0.trend(of: metric.name) }
                newest = { $0.newest(of: metric.name) }
            default: return nil
            }
            self.metric = metric
        }
    }
    private static let all = Catalog.all.compactMap(LabelTrend.init)
    /// As k6 has them.
    private static let script = all.filter { $0.metric.k6Series != nil }
    /// Series of ours.
    private static let own = all.filter { $0.metric.series != nil }

    private let labels: [SeriesLabel]
    /// Indices into ``RunStatistics/labels``.
    private var members: [Int] = []
    private var trends: [TrendSeries]
    private var quantiles: [QuantileSeries]
    private var failed: ScalarSeries
    private var failedSeen: UInt64 = 0
    private var errors: [String: ScalarSeries] = [:]
    private var outputTokens: ScalarSeries

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        self.labels = labels
        trends = Self.script.map { TrendSeries($0.metric, labels, form) }
        quantiles = Self.own.map { QuantileSeries($0.metric, labels) }
        failed = ScalarSeries(Catalog[.failedExchanges].k6Series ?? "", labels)
        outputTokens = ScalarSeries(Catalog[.outputTokensByLabel].series?.name ?? "", labels, isCounter: true)
    }

    mutating func add(member: Int) { members.append(member) }

    mutating func update(
        _ run: RunStatistics, limit: inout LabelLimit, _ look: Look, into updates: inout [SeriesUpdate]
    ) {
        for (index, trend) in Self.script.enumerated() {
            guard trends[index].isStale(count(run, trend)) else {
                trends[index].hold(look, into: &updates)
                continue
            }
            trends[index].update(merged(run, trend), at: look.time(newest(run, trend)), look, into: &updates)
        }
        for (index, trend) in Self.own.enumerated() {
            guard quantiles[index].isStale(count(run, trend)) else {
                quantiles[index].hold(look, into: &updates)
                continue
            }
            quantiles[index].update(merged(run, trend), at: look.time(newest(run, trend)), look, into: &updates)
        }
        updateErrors(run, limit: &limit, look, into: &updates)
        updateOutputTokens(run, look, into: &updates)
    }

    /// Not before an answer had usage.
    private mutating func updateOutputTokens(_ run: RunStatistics, _ look: Look, into updates: inout [SeriesUpdate]) {
        guard members.contains(where: { !run.labels[$0].completionTokens.isEmpty }) else { return }
        let total = members.reduce(0) { $0 + run.labels[$1].completionTokens.sum }
        outputTokens.update(total, at: look.now, look, into: &updates)
    }

    /// `rate` and `newest` are those of all exchanges with this label, redirect hops included, as in k6's series.
    mutating func updateFailed(_ rate: Rate, newest: Int64, _ look: Look, into updates: inout [SeriesUpdate]) {
        guard rate.total > failedSeen else { return }
        failedSeen = rate.total
        failed.update(rate.value, at: look.time(newest), look, into: &updates)
    }

    private mutating func updateErrors(
        _ run: RunStatistics, limit: inout LabelLimit, _ look: Look, into updates: inout [SeriesUpdate]
    ) {
        var totals: [String: (count: UInt64, newest: Int64)] = [:]
        for member in members {
            for error in run.labels[member].errors {
                let status = limit.admit("status", String(error.status))
                totals[status, default: (0, 0)].count += error.counter.total
                totals[status, default: (0, 0)].newest = max(totals[status]?.newest ?? 0, error.lastSample)
            }
        }
        for (status, total) in totals.sorted(by: { $0.key < $1.key }) {
            errors[
                status, default: ScalarSeries(Catalog[.failed].k6Series ?? "", labels + [SeriesLabel("status", status)])
            ].update(total.count, at: look.time(total.newest), look, into: &updates)
        }
    }

    private func count(_ run: RunStatistics, _ trend: LabelTrend) -> Int {
        members.reduce(0) { $0 + trend.values(run.labels[$1]).count }
    }

    private func newest(_ run: RunStatistics, _ trend: LabelTrend) -> Int64 {
        members.reduce(0) { max($0, trend.newest(run.labels[$1])) }
    }

    private func merged(_ run: RunStatistics, _ trend: LabelTrend) -> Trend {
        members.count == 1
            ? trend.values(run.labels[members[0]])
            : Trend.merged(members.lazy.map { trend.values(run.labels[$0]) })
    }
}
