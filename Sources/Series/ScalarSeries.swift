// A counter, rate or gauge: one number, one label set. Dashboards look at counters through `increase` and `rate`, which
// see nothing but differences between samples a minute apart: 59 failures within the first interval in which there are
// any were 0 for ever, and so was what came after a pause. So a counter has a sample of 0 before its first value (even of
// 0: a single sample has no rate at all), and a sample at every look from then on.

import Metrics
import RemoteWrite

/// One series and when it was last handed over.
struct ScalarSeries: Sendable {
    private let labels: SeriesLabels
    private let isCounter: Bool
    private var lastTime = Int64.min
    private var lastValue = 0.0

    /// - Parameter isCounter: by default whether the name is a counter's. The CPU time of a process is none of ours: it
    ///   began before the run.
    init(_ name: String, _ labels: [SeriesLabel], isCounter: Bool? = nil) {
        self.labels = SeriesLabels(name: name, labels: labels)
        self.isCounter = isCounter ?? (name.hasSuffix("_total") && name != "sml_generator_cpu_seconds_total")
    }

    /// Adds the state to `updates` if there was a newer sample or the value changed (k6 §7.2), and of an idle counter
    /// what `hold` adds.
    mutating func update(_ value: Double, at time: Int64, _ look: Look, into updates: inout [SeriesUpdate]) {
        guard time > lastTime || value != lastValue else { return hold(look, into: &updates) }
        var zero: Int64?
        // Not later than the look before, where it would have been seen had it been there.
        if isCounter, lastTime == .min { zero = min(look.previous, time - 1) }
        lastTime = time
        lastValue = value
        updates.append(
            SeriesUpdate(labels: labels, value: value, timestampMilliseconds: time, zeroMilliseconds: zero))
    }

    mutating func update(_ value: UInt64, at time: Int64, _ look: Look, into updates: inout [SeriesUpdate]) {
        update(Double(value), at: time, look, into: &updates)
    }

    /// Adds the state of a counter once more, as of now.
    mutating func hold(_ look: Look, into updates: inout [SeriesUpdate]) {
        guard isCounter, lastTime > .min, look.now > lastTime else { return }
        lastTime = look.now
        updates.append(SeriesUpdate(labels: labels, value: lastValue, timestampMilliseconds: look.now))
    }
}

extension SeriesLabels {
    init(name: String, labels: [SeriesLabel]) {
        self.init(name: name, labels: labels.map { (name: $0.name, value: $0.value) })
    }
}
