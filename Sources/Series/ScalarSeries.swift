// A counter, rate or gauge: one number, one label set.

import Metrics
import RemoteWrite

/// One series and when it was last handed over.
struct ScalarSeries: Sendable {
    private let labels: SeriesLabels
    private var lastTime = Int64.min
    private var lastValue = 0.0

    init(_ name: String, _ labels: [SeriesLabel]) { self.labels = SeriesLabels(name: name, labels: labels) }

    /// Adds the state to `updates` if there was a newer sample or the value changed (k6 §7.2).
    mutating func update(_ value: Double, at time: Int64, into updates: inout [SeriesUpdate]) {
        guard time > lastTime || value != lastValue else { return }
        lastTime = time
        lastValue = value
        updates.append(SeriesUpdate(labels: labels, value: value, timestampMilliseconds: time))
    }

    mutating func update(_ value: UInt64, at time: Int64, into updates: inout [SeriesUpdate]) {
        update(Double(value), at: time, into: &updates)
    }
}

extension SeriesLabels {
    init(name: String, labels: [SeriesLabel]) {
        self.init(name: name, labels: labels.map { (name: $0.name, value: $0.value) })
    }
}
