// What callers hand over: the newest state of one series. Values are cumulative since the start of the run (k6 §7.2),
// so a newer update replaces an older one of the same series without losing anything.

/// The state of one series at the time of its newest sample.
package struct SeriesUpdate: Sendable, Equatable {
    package enum Value: Sendable {
        case sample(Double)
        case histogram(NativeHistogram)
    }

    package var labels: SeriesLabels
    package var value: Value
    /// Time of the newest sample of this series, in milliseconds since 1970; not the time of the push (k6 §7.2).
    package var timestampMilliseconds: Int64
    /// Of a counter that appears with this update: an earlier time at which it was 0. Prometheus' `increase` and `rate`
    /// see differences between samples only, so the step to the first value needs a sample before it.
    package var zeroMilliseconds: Int64?

    package init(labels: SeriesLabels, value: Value, timestampMilliseconds: Int64, zeroMilliseconds: Int64? = nil) {
        self.labels = labels
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
        self.zeroMilliseconds = zeroMilliseconds
    }

    package init(labels: SeriesLabels, value: Double, timestampMilliseconds: Int64, zeroMilliseconds: Int64? = nil) {
        self.init(
            labels: labels, value: .sample(value), timestampMilliseconds: timestampMilliseconds,
            zeroMilliseconds: zeroMilliseconds)
    }
}

extension SeriesUpdate.Value: Equatable {
    /// Equal bits, not equal numbers: a stale marker is one particular NaN and must equal itself.
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.sample(let left), .sample(let right)): left.bitPattern == right.bitPattern
        case (.histogram(let left), .histogram(let right)): left == right
        case (.sample, .histogram), (.histogram, .sample): false
        }
    }

    /// What a counter of this kind is before anything was counted.
    var zero: Self {
        switch self {
        case .sample: .sample(0)
        case .histogram: .histogram(NativeHistogram())
        }
    }

    /// The NaN by which Prometheus recognises that a series has ended (k6 §7.5, `STALE_MARKERS`).
    package static let staleMarker = Self.sample(Double(bitPattern: 0x7ff0_0000_0000_0002))
}
