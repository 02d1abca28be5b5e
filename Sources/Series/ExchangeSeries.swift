// k6's http_req series of one label set (k6 §7.4): 51 with SML's seven statistics. A group of the statistics is one
// label set, unless some of its values were folded into `other`: then several groups share one.

import Metrics
import RemoteWrite

/// The series of one or several ``ExchangeStatistics``.
struct ExchangeSeries: Sendable {
    static let trends: [(name: String, member: KeyPath<ExchangeStatistics, Trend> & Sendable)] = [
        ("k6_http_req_duration", \.duration), ("k6_http_req_blocked", \.blocked),
        ("k6_http_req_connecting", \.connecting), ("k6_http_req_tls_handshaking", \.tlsHandshaking),
        ("k6_http_req_sending", \.sending), ("k6_http_req_waiting", \.waiting),
        ("k6_http_req_receiving", \.receiving),
    ]

    /// Indices into ``RunStatistics/exchanges``.
    private var members: [Int] = []
    private var requests: ScalarSeries
    private var failed: ScalarSeries
    private var trends: [TrendSeries]
    private var seen: UInt64 = 0

    init(_ labels: [SeriesLabel], _ form: TrendForm) {
        requests = ScalarSeries("k6_http_reqs_total", labels)
        failed = ScalarSeries("k6_http_req_failed_rate", labels)
        trends = Self.trends.map { TrendSeries($0.name, .time, labels, form) }
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
        for (index, trend) in Self.trends.enumerated() {
            let merged =
                members.count == 1
                ? run.exchanges[members[0]][keyPath: trend.member]
                : Trend.merged(members.lazy.map { run.exchanges[$0][keyPath: trend.member] })
            trends[index].update(merged, at: newest, look, into: &updates)
        }
    }
}
