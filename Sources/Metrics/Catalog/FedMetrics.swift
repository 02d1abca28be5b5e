// The values of the metrics that are fed by closures of the catalogue. An entry has a slot here; the lists by occasion
// are made once, and one that is empty costs a comparison: no object is touched for it.

import Generator

/// Which closures are called when. An object, as each label holds on to it.
final class MetricFeeds: Sendable {
    typealias Slot<Value> = (slot: Int, read: Value)
    let counters: [MetricName: Int]
    let trends: [MetricName: Int]
    let onSample: [Slot<@Sendable (GeneratorSample) -> UInt64>]
    let onExchange: [Slot<@Sendable (RunRecord) -> UInt64>]
    let onSuccess: [Slot<@Sendable (RunRecord) -> Double?>]
    let onStream: [Slot<@Sendable (StreamedRequest) -> Double?>]

    static let ofCatalog = MetricFeeds(Catalog.all)

    init(_ metrics: [Metric]) {
        var counters: [MetricName: Int] = [:]
        var trends: [MetricName: Int] = [:]
        var onSample: [Slot<@Sendable (GeneratorSample) -> UInt64>] = []
        var onExchange: [Slot<@Sendable (RunRecord) -> UInt64>] = []
        var onSuccess: [Slot<@Sendable (RunRecord) -> Double?>] = []
        var onStream: [Slot<@Sendable (StreamedRequest) -> Double?>] = []
        for metric in metrics {
            switch metric.source {
            case .sampled(let read):
                onSample.append((counters.count, read))
                counters[metric.name] = counters.count
            case .exchanged(let read):
                onExchange.append((counters.count, read))
                counters[metric.name] = counters.count
            case .succeeded(let read):
                onSuccess.append((trends.count, read))
                trends[metric.name] = trends.count
            case .streamed(let read):
                onStream.append((trends.count, read))
                trends[metric.name] = trends.count
            case .run, .label, .exchange, .concluded, .elsewhere: break
            }
        }
        self.counters = counters
        self.trends = trends
        self.onSample = onSample
        self.onExchange = onExchange
        self.onSuccess = onSuccess
        self.onStream = onStream
    }
}

/// Counters of a run.
struct FedCounters: Sendable {
    private let feeds: MetricFeeds
    private let hasExchangeFeeds: Bool
    private var totals: [UInt64]

    init(_ feeds: MetricFeeds = .ofCatalog) {
        self.feeds = feeds
        hasExchangeFeeds = !feeds.onExchange.isEmpty
        totals = [UInt64](repeating: 0, count: feeds.counters.count)
    }

    subscript(name: MetricName) -> UInt64 { feeds.counters[name].map { totals[$0] } ?? 0 }

    mutating func add(_ sample: GeneratorSample) {
        for (slot, read) in feeds.onSample { totals[slot] &+= read(sample) }
    }

    @inline(__always)
    mutating func add(_ record: RunRecord) {
        guard hasExchangeFeeds else { return }
        for (slot, read) in feeds.onExchange { totals[slot] &+= read(record) }
    }
}

/// Trends of a prompt label.
struct FedTrends: Sendable {
    private let feeds: MetricFeeds
    private let hasSuccessFeeds: Bool
    private var values: [(trend: Trend, newest: Int64)]

    init(_ feeds: MetricFeeds = .ofCatalog) {
        self.feeds = feeds
        hasSuccessFeeds = !feeds.onSuccess.isEmpty
        values = feeds.trends.map { _ in (Trend(), 0) }
    }

    subscript(name: MetricName) -> (trend: Trend, newest: Int64) { feeds.trends[name].map { values[$0] } ?? (Trend(), 0) }

    @inline(__always)
    mutating func add(_ record: RunRecord) {
        guard hasSuccessFeeds else { return }
        for (slot, read) in feeds.onSuccess { add(read(record), slot, record) }
    }

    mutating func add(_ request: StreamedRequest) {
        for (slot, read) in feeds.onStream { add(read(request), slot, request.record) }
    }

    private mutating func add(_ value: Double?, _ slot: Int, _ record: RunRecord) {
        guard let value else { return }
        values[slot].trend.add(value)
        values[slot].newest = max(values[slot].newest, record.end)
    }
}
