// A Prometheus native histogram of one trend, as k6 sends it with TREND_AS_NATIVE_HISTOGRAM: sparse exponential
// buckets of schema 3, which is what the bucket factor 1.1 of k6's client library amounts to (2^(2^-3) = 1.0905 is the
// widest growth not above 1.1). The values are what k6 would observe: time trends in seconds (k6 §7.5).

internal import SwiftProtobuf

/// Counts in exponential buckets: bucket i holds the values in (2^((i-1)/8), 2^(i/8)], mirrored for negative values,
/// and one bucket holds everything of magnitude at most `zeroThreshold`.
package struct NativeHistogram: Sendable, Equatable {
    /// Growth from bucket to bucket is 2^(2^-schema).
    package static let schema: Int32 = 3
    /// 2^-128, the default of Prometheus' client library and therefore k6's.
    package static let zeroThreshold = 0x1p-128

    package private(set) var count: UInt64 = 0
    /// Sum of the values; may be replaced by one that is known more exactly than the values themselves.
    package var sum = 0.0
    package private(set) var zeroCount: UInt64 = 0
    package private(set) var positive: [Int32: UInt64] = [:]
    package private(set) var negative: [Int32: UInt64] = [:]

    package init() {}

    package init(_ values: [(value: Double, count: UInt64)]) {
        for (value, count) in values { add(value, count: count) }
    }

    /// Counts `value` `count` times. Values that are not finite are ignored, as k6 ignores samples that are no number.
    package mutating func add(_ value: Double, count occurrences: UInt64 = 1) {
        guard value.isFinite, occurrences > 0 else { return }
        count += occurrences
        sum += value * Double(occurrences)
        if value > Self.zeroThreshold {
            positive[Self.bucket(of: value), default: 0] += occurrences
        } else if value < -Self.zeroThreshold {
            negative[Self.bucket(of: -value), default: 0] += occurrences
        } else {
            zeroCount += occurrences
        }
    }

    /// The smallest i with `value` <= 2^(i/8), for a positive finite value.
    static func bucket(of value: Double) -> Int32 {
        let fraction = value.significand / 2
        let position = bounds.firstIndex { fraction <= $0 } ?? bounds.count
        return Int32(position) + (Int32(value.exponent)) * Int32(bounds.count)
    }

    /// 2^(i/8) within one power of two, from 0.5 up. Not computed: these are the digits of Prometheus' client library,
    /// some of which are one unit in the last place below the nearest double, so that a value on a boundary lands in
    /// the same bucket as with k6.
    private static let bounds = [
        0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048, 0.7071067811865475, 0.7711054127039704,
        0.8408964152537144, 0.9170040432046711,
    ]
}

extension NativeHistogram {
    func wire(timestampMilliseconds: Int64) -> WireHistogram {
        var histogram = WireHistogram()
        histogram.countInt = count
        histogram.sum = sum
        histogram.schema = Self.schema
        histogram.zeroThreshold = Self.zeroThreshold
        histogram.zeroCountInt = zeroCount
        (histogram.positiveSpans, histogram.positiveDeltas) = Self.spans(of: positive)
        (histogram.negativeSpans, histogram.negativeDeltas) = Self.spans(of: negative)
        histogram.timestamp = timestampMilliseconds
        return histogram
    }

    /// Runs of buckets with their counts as differences. A gap of one or two empty buckets is bridged with zeros,
    /// because a new span costs more bytes than that; the same rule as in Prometheus' client library.
    private static func spans(of buckets: [Int32: UInt64]) -> (spans: [WireBucketSpan], deltas: [Int64]) {
        var spans: [WireBucketSpan] = []
        var deltas: [Int64] = []
        var next: Int32 = 0
        var previousCount: Int64 = 0
        func append(_ count: Int64) {
            spans[spans.count - 1].length += 1
            deltas.append(count - previousCount)
            previousCount = count
        }
        for (index, count) in buckets.sorted(by: { $0.key < $1.key }) {
            let gap = index - next
            if spans.isEmpty || gap > 2 {
                spans.append(.with { $0.offset = gap })
            } else {
                for _ in 0..<gap { append(0) }
            }
            append(Int64(clamping: count))
            next = index + 1
        }
        return (spans, deltas)
    }

    /// The histogram of a decoded message, or nil if it is of another schema or not of integer counts.
    init?(_ wire: WireHistogram) {
        guard wire.schema == Self.schema, wire.zeroThreshold == Self.zeroThreshold,
            case .countInt(let count)? = wire.count,
            let positive = Self.buckets(wire.positiveSpans, wire.positiveDeltas),
            let negative = Self.buckets(wire.negativeSpans, wire.negativeDeltas)
        else { return nil }
        self.count = count
        sum = wire.sum
        zeroCount = wire.zeroCountInt
        self.positive = positive
        self.negative = negative
    }

    private static func buckets(_ spans: [WireBucketSpan], _ deltas: [Int64]) -> [Int32: UInt64]? {
        guard spans.reduce(0, { $0 + UInt64($1.length) }) == UInt64(deltas.count) else { return nil }
        var buckets: [Int32: UInt64] = [:]
        var index: Int32 = 0
        var count: Int64 = 0
        var position = 0
        for span in spans {
            let (start, overflow) = index.addingReportingOverflow(span.offset)
            guard !overflow, start < Int32.max - Int32(deltas.count) else { return nil }
            index = start
            for _ in 0..<span.length {
                let (next, overflow) = count.addingReportingOverflow(deltas[position])
                guard !overflow, next >= 0 else { return nil }
                count = next
                if count > 0 { buckets[index] = UInt64(count) }
                index += 1
                position += 1
            }
        }
        return buckets
    }
}
