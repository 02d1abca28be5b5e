// The series of one prompt label: latency and tokens as SML's script has them (k6 §7.4), errors by status, and two of
// our own: latency from the scheduled time, and the failure rate over all statuses, without which
// k6_http_req_failed_rate is 0 or 1 by construction.

import Metrics
import RemoteWrite

/// The series of one or, for `other`, several ``LabelStatistics``.
struct LabelSeries: Sendable {
    private struct ScriptTrend: Sendable {
        let name: String
        let unit: TrendUnit
        let values: KeyPath<LabelStatistics, Trend> & Sendable
        let newest: KeyPath<LabelStatistics, Int64> & Sendable
    }
    private static let script: [ScriptTrend] = [
        ScriptTrend(name: "k6_e2e_latency_ms", unit: .time, values: \.latency, newest: \.lastLatency),
        ScriptTrend(
            name: "k6_tokens_per_second", unit: .plain, values: \.tokensPerSecond, newest: \.lastTokensPerSecond),
        ScriptTrend(name: "k6_prompt_tokens", unit: .plain, values: \.promptTokens, newest: \.lastPromptTokens),
        ScriptTrend(
            name: "k6_completion_tokens", unit: .plain, values: \.completionTokens, newest: \.lastCompletionTokens),
    ]

    private let labels: [SeriesLabel]
    /// Indices into ``RunStatistics/labels``.
    private var members: [Int] = []
    private var trends: [TrendSeries]
    private var fromSchedule: QuantileSeries
    private var failed: ScalarSeries
    private var failedSeen: UInt64 = 0
    private var errors: [String: ScalarSeries] = [:]

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        self.labels = labels
        trends = Self.script.map { TrendSeries($0.name, $0.unit, labels, form) }
        fromSchedule = QuantileSeries("sml_latency_from_schedule_seconds", labels)
        failed = ScalarSeries("k6_http_req_failed_rate", labels)
    }

    mutating func add(member: Int) { members.append(member) }

    mutating func update(
        _ run: RunStatistics, limit: inout LabelLimit, _ look: Look, into updates: inout [SeriesUpdate]
    ) {
        for (index, trend) in Self.script.enumerated() {
            let count = members.reduce(0) { $0 + run.labels[$1][keyPath: trend.values].count }
            guard trends[index].isStale(count) else {
                trends[index].hold(look, into: &updates)
                continue
            }
            let newest = members.reduce(0) { max($0, run.labels[$1][keyPath: trend.newest]) }
            trends[index].update(merged(run, trend.values), at: look.time(newest), look, into: &updates)
        }
        let finished = members.reduce(0) { $0 + run.labels[$1].latencyFromSchedule.count }
        if fromSchedule.isStale(finished) {
            let newest = members.reduce(0) { max($0, run.labels[$1].lastLatency) }
            fromSchedule.update(merged(run, \.latencyFromSchedule), at: look.time(newest), look, into: &updates)
        } else {
            fromSchedule.hold(look, into: &updates)
        }
        updateErrors(run, limit: &limit, look, into: &updates)
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
                status, default: ScalarSeries("k6_request_errors_total", labels + [SeriesLabel("status", status)])
            ].update(total.count, at: look.time(total.newest), look, into: &updates)
        }
    }

    private func merged(_ run: RunStatistics, _ member: KeyPath<LabelStatistics, Trend>) -> Trend {
        members.count == 1
            ? run.labels[members[0]][keyPath: member]
            : Trend.merged(members.lazy.map { run.labels[$0][keyPath: member] })
    }
}
