// Turns a batch of series into the body of one push. SwiftProtobuf writes the labels (once a series, see SeriesLabels)
// and the sample of each push; this file only lays the two beside each other and frames them, which protobuf permits:
// a message is the concatenation of its fields, and a WriteRequest is nothing but length-delimited time series.

internal import SwiftProtobuf

/// Builds remote write bodies, reusing its buffer from push to push.
struct WriteRequestEncoder {
    /// The `WriteRequest` of the last call, before compression.
    private(set) var message: [UInt8] = []

    /// The protobuf `WriteRequest` of `updates`, compressed as one snappy block.
    mutating func encode(_ updates: [SeriesUpdate]) throws -> (body: [UInt8], uncompressedBytes: Int) {
        try render(updates)
        return (try Snappy.compress(message), message.count)
    }

    /// Leaves the `WriteRequest` of `updates` in `message`.
    mutating func render(_ updates: [SeriesUpdate]) throws {
        message.removeAll(keepingCapacity: true)
        for update in updates {
            let sample = try sampleField(update)
            let labels = update.labels.bytes
            message.append(Self.timeSeriesTag)
            appendVarint(labels.count + sample.count)
            message.append(contentsOf: labels)
            message.append(contentsOf: sample)
        }
    }

    /// Field 1 of WriteRequest, length-delimited.
    private static let timeSeriesTag: UInt8 = 1 << 3 | 2

    private func sampleField(_ update: SeriesUpdate) throws -> [UInt8] {
        var series = WireTimeSeries()
        if let zero = update.zeroMilliseconds { append(update.value.zero, at: zero, to: &series) }
        append(update.value, at: update.timestampMilliseconds, to: &series)
        return try series.serializedBytes()
    }

    private func append(_ value: SeriesUpdate.Value, at time: Int64, to series: inout WireTimeSeries) {
        switch value {
        case .sample(let value):
            series.samples.append(
                .with {
                    $0.value = value
                    $0.timestamp = time
                })
        case .histogram(let histogram): series.histograms.append(histogram.wire(timestampMilliseconds: time))
        }
    }

    private mutating func appendVarint(_ value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            message.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        message.append(UInt8(rest))
    }
}

/// Reads a body back into updates; the inverse of `WriteRequestEncoder`, for the file of undelivered states.
enum WriteRequestDecoder {
    /// Throws `RemoteWriteFileError` if `body` is not a snappy-compressed WriteRequest of series that we write.
    static func decode(_ body: [UInt8]) throws -> [SeriesUpdate] {
        let request: WireWriteRequest
        do {
            request = try WireWriteRequest(serializedBytes: try Snappy.decompress(body))
        } catch {
            throw RemoteWriteFileError("it is not a snappy-compressed Prometheus WriteRequest")
        }
        return try request.timeseries.flatMap { series -> [SeriesUpdate] in
            let labels = SeriesLabels(series.labels)
            let samples = series.samples.map {
                SeriesUpdate(labels: labels, value: $0.value, timestampMilliseconds: $0.timestamp)
            }
            let histograms = try series.histograms.map { wire in
                guard let histogram = NativeHistogram(wire) else {
                    throw RemoteWriteFileError(
                        "it has a native histogram that is not of schema \(NativeHistogram.schema)")
                }
                return SeriesUpdate(
                    labels: labels, value: .histogram(histogram), timestampMilliseconds: wire.timestamp)
            }
            return joiningZero(samples) + joiningZero(histograms)
        }
    }

    /// The two samples that an update with a zero is written as become that update again.
    private static func joiningZero(_ updates: [SeriesUpdate]) -> [SeriesUpdate] {
        guard updates.count == 2, updates[0].value == updates[0].value.zero,
            updates[0].timestampMilliseconds < updates[1].timestampMilliseconds
        else { return updates }
        var joined = updates[1]
        joined.zeroMilliseconds = updates[0].timestampMilliseconds
        return [joined]
    }
}
