// Bucket bounds, spans and sums of native histograms, and that damaged ones from a file are refused.

import Glibc
import Testing

@testable import RemoteWrite

@Suite struct NativeHistogramTests {
    @Test func aValueOnABoundaryBelongsToTheLowerBucket() {
        // The table of Prometheus' client library for schema 3, which it searches with the fraction of the value.
        let table = [
            0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048, 0.7071067811865475, 0.7711054127039704,
            0.8408964152537144, 0.9170040432046711,
        ]
        for (position, bound) in table.enumerated() {
            for exponent: Int32 in [-30, -3, 0, 1, 12] {
                let value = scalbn(bound, exponent)
                let expected = Int32(position) + (exponent - 1) * 8
                #expect(NativeHistogram.bucket(of: value) == expected)
                #expect(NativeHistogram.bucket(of: value.nextUp) == expected + 1)
            }
        }
        #expect(NativeHistogram.bucket(of: 1) == 0)
        #expect(NativeHistogram.bucket(of: 2) == 8)
    }

    @Test func everyValueLiesInItsBucket() {
        var value = 1e-6
        while value < 1e6 {
            let index = Double(NativeHistogram.bucket(of: value))
            #expect(value <= exp2(index / 8) * (1 + 1e-15) && value > exp2((index - 1) / 8) * (1 - 1e-15))
            value *= 1.0173
        }
    }

    @Test func countsSumsAndZeros() {
        var histogram = NativeHistogram([(0.2, 2), (0, 5), (0x1p-128, 1), (-0.2, 1)])
        histogram.add(.nan)
        histogram.add(.infinity)
        histogram.add(3, count: 0)
        #expect(histogram.count == 9)
        #expect(histogram.zeroCount == 6)
        #expect(abs(histogram.sum - 0.2) < 1e-12)
        #expect(histogram.positive == [-18: 2] && histogram.negative == [-18: 1])
    }

    @Test func shortGapsAreBridgedAndLongOnesBeginASpan() {
        // Buckets 0, 1, 4 (gap of two) and 8 (gap of three).
        let wire = NativeHistogram([(1, 1), (1.09, 4), (1.41, 2), (2, 7)]).wire(timestampMilliseconds: 9)
        #expect(wire.positiveSpans.map(\.offset) == [0, 3])
        #expect(wire.positiveSpans.map(\.length) == [5, 1])
        #expect(wire.positiveDeltas == [1, 3, -4, 0, 2, 5])
        #expect(wire.schema == 3 && wire.countInt == 14 && wire.timestamp == 9)
        #expect(wire.zeroThreshold == 2.938735877055719e-39)
    }

    @Test func damagedSpansAreRefused() {
        var wire = NativeHistogram([(1, 1)]).wire(timestampMilliseconds: 0)
        wire.positiveSpans[0].length = 4_000_000_000
        #expect(NativeHistogram(wire) == nil)
        wire.positiveSpans[0].length = 1
        wire.positiveSpans[0].offset = .max
        #expect(NativeHistogram(wire) == nil)
        wire.positiveSpans[0].offset = 0
        wire.positiveDeltas = [-1]
        #expect(NativeHistogram(wire) == nil)
        wire.positiveDeltas = [1]
        wire.schema = 5
        #expect(NativeHistogram(wire) == nil)
    }
}
