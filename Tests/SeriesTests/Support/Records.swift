// Records made by hand, for tests of what the registry does with them.

import Generator
import Metrics
import RemoteWrite

@testable import Series

enum Records {
    static let origin: Int64 = 1_700_000_000_000_000_000

    /// A good answer of `label` that took `latency` and ended at `end`, milliseconds.
    static func request(label: UInt16 = 0, end: Int64, latency: Int64, status: UInt16 = 200) -> RunRecord {
        var record = RunRecord()
        record.end = end * 1_000_000
        record.started = (end - latency) * 1_000_000
        record.scheduled = record.started - 1_000_000
        record.sent = record.started
        record.firstByte = record.end
        record.label = label
        record.status = status
        record.errorCode = ErrorCode.status(status)
        record.httpVersion = 11
        record.promptTokens = 10
        record.completionTokens = 20
        record.flags = status == 200 ? [.final, .endsIteration, .parsed, .hasChoices] : [.final, .endsIteration]
        return record
    }

    static func statistics(_ labels: [String] = ["short", "long"], records: [RunRecord] = []) -> RunStatistics {
        var statistics = RunStatistics(labels: labels, texts: TextTable(), mainURL: "http://u:p@h:1/v1/chat/completions")
        for record in records { statistics.consume(record) }
        return statistics
    }

    static func snapshot(_ statistics: RunStatistics, elapsed: Int64 = 1_000_000_000) -> RunSnapshot {
        RunSnapshot(
            statistics: statistics, elapsed: elapsed, scheduledArrivals: 7, startedIterations: 5, droppedArrivals: 2)
    }

    static func registry(
        _ statistics: [String] = ["min", "p(99)", "count", "sum"], limit: Int = 100, isProbe: Bool = false
    ) -> SeriesRegistry {
        SeriesRegistry(
            tags: SeriesTags(scenario: "s", runLabel: "r", model: ""),
            form: .statistics(statistics.compactMap { TrendStatistic($0) }), startedUnixNanoseconds: origin,
            limit: LabelLimit(maximum: limit), isProbe: isProbe)
    }
}

/// Updates by their text, for look-ups in expectations.
struct Updates {
    let byText: [String: SeriesUpdate]
    init(_ updates: [SeriesUpdate]) {
        byText = Dictionary(
            updates.map { (seriesText(Dictionary($0.labels.decoded.map { ($0.name, $0.value) }) { $1 }), $0) }
        ) { $1 }
    }

    subscript(text: String) -> Double? {
        if case .sample(let value) = byText[text]?.value { value } else { nil }
    }
    func time(_ text: String) -> Int64? { byText[text]?.timestampMilliseconds }
    var k6Names: Set<String> { Set(byText.keys.filter { $0.hasPrefix("k6_") }) }
}

/// Whether a series of this text only grows, by its name.
func isCounter(_ text: String) -> Bool {
    let name = text.prefix { $0 != "{" }
    return ["_total", "_count", "_sum"].contains { name.hasSuffix($0) }
}
