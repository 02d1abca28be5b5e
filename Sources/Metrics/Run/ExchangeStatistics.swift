// HTTP exchanges grouped as k6 groups them: by everything that becomes a label of its http_req series (k6 §7.4). The
// group of a record is found by comparing two integers; label texts are rendered once, when a group is opened.

import Generator

/// What tells one group of exchanges from another.
package struct ExchangeKey: Hashable, Sendable {
    /// label, status, error code, error text.
    private let first: UInt64
    /// url, method, HTTP version, TLS version.
    private let second: UInt64

    @inline(__always)
    init(_ record: RunRecord) {
        first =
            UInt64(record.label) << 48 | UInt64(record.status) << 32 | UInt64(record.errorCode) << 16
            | UInt64(record.errorText)
        second =
            UInt64(record.url) << 32 | UInt64(record.flags.contains(.methodGet) ? 1 : 0) << 16
            | UInt64(record.httpVersion) << 8 | UInt64(record.tlsVersion)
    }

    package var label: UInt16 { UInt16(truncatingIfNeeded: first >> 48) }
    package var status: UInt16 { UInt16(truncatingIfNeeded: first >> 32) }
    package var errorCode: UInt16 { UInt16(truncatingIfNeeded: first >> 16) }
    package var errorText: UInt16 { UInt16(truncatingIfNeeded: first) }
    package var url: UInt16 { UInt16(truncatingIfNeeded: second >> 32) }
    package var isGet: Bool { second >> 16 & 1 == 1 }
    package var httpVersion: UInt8 { UInt8(truncatingIfNeeded: second >> 8) }
    package var tlsVersion: UInt8 { UInt8(truncatingIfNeeded: second) }
    /// 200–399 is expected, everything else, 0 included, is a failed request (k6 §5).
    package var isExpected: Bool { (200...399).contains(status) }

    /// The labels of k6's http_req series without the run's own (`run_label`, `model`, `scenario`), sorted by name.
    /// Empty values are left out, as they are never sent (k6 §7.4).
    func seriesLabels(label: String, url: String, error: String, streams: Bool = false) -> [SeriesLabel] {
        var labels = [
            SeriesLabel("expected_response", isExpected ? "true" : "false"), SeriesLabel("label", label),
            SeriesLabel("method", isGet ? "GET" : "POST"), SeriesLabel("name", url),
            SeriesLabel("status", String(status)), SeriesLabel("stream", streams ? "true" : "false"), SeriesLabel("url", url),
            SeriesLabel("error", error), SeriesLabel("error_code", errorCode == 0 ? "" : String(errorCode)),
        ]
        // k6 has no `proto` whenever the status is 0 (k6 §5.1).
        if status != 0 && httpVersion != 0 {
            labels.append(SeriesLabel("proto", "HTTP/\(httpVersion / 10).\(httpVersion % 10)"))
        }
        if tlsVersion != 0 { labels.append(SeriesLabel("tls_version", "tls\(tlsVersion / 10).\(tlsVersion % 10)")) }
        return labels.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }
    }
}

/// One label of a series.
package struct SeriesLabel: Sendable, Hashable {
    package var name: String
    package var value: String
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Timings of one group of exchanges, milliseconds (k6 §6.1, §13).
package struct ExchangeStatistics: Sendable {
    package let key: ExchangeKey
    /// See ``ExchangeKey``; rendered once.
    package let seriesLabels: [SeriesLabel]
    /// End of the newest exchange, nanoseconds since the run's start.
    package private(set) var lastSample: Int64 = 0
    /// http_reqs.
    package private(set) var requests = Counter()
    /// http_req_duration = end − sent; 0 when nothing was sent.
    package private(set) var duration = Trend()
    /// http_req_blocked = sent − started: name resolution, connect and TLS; microseconds on a reused connection.
    package private(set) var blocked = Trend()
    package private(set) var connecting = Trend()
    package private(set) var tlsHandshaking = Trend()
    /// http_req_sending: from sent until the request was written, or until the answer began if it did before that.
    package private(set) var sending = Trend()
    /// http_req_waiting = first byte − sent − sending; with the end instead when no byte came.
    package private(set) var waiting = Trend()
    /// http_req_receiving = end − first byte; 0 when no byte came.
    package private(set) var receiving = Trend()

    init(key: ExchangeKey, seriesLabels: [SeriesLabel]) {
        self.key = key
        self.seriesLabels = seriesLabels
    }

    /// http_req_failed: 0 or 1 for all exchanges of a group, as the status is part of the key.
    package var failed: Rate { Rate(passes: key.isExpected ? 0 : requests.total, total: requests.total) }

    @inline(__always)
    mutating func add(_ record: RunRecord) {
        requests.add()
        if record.end > lastSample { lastSample = record.end }
        guard record.sent >= 0 else {
            // Nothing was sent: all timings are 0 (k6 §5.1).
            duration.add(0)
            sending.add(0)
            blocked.add(0)
            connecting.add(0)
            tlsHandshaking.add(0)
            waiting.add(0)
            receiving.add(0)
            return
        }
        duration.add(milliseconds(record.end - record.sent))
        blocked.add(milliseconds(max(0, record.sent - record.started)))
        connecting.add(Double(record.connectMicroseconds) / 1e3)
        tlsHandshaking.add(Double(record.tlsMicroseconds) / 1e3)
        sending.add(milliseconds(record.sending))
        let answered = record.firstByte >= 0 ? record.firstByte : record.end
        waiting.add(milliseconds(max(0, answered - record.sent - record.sending)))
        receiving.add(record.firstByte >= 0 ? milliseconds(record.end - record.firstByte) : 0)
    }
}

@inline(__always)
func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }
