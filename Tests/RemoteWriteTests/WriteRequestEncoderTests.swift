// The bytes of a push: spliced ones equal what SwiftProtobuf writes whole, and damaged ones never crash the reader.

import Testing

@testable import RemoteWrite

@Suite struct WriteRequestEncoderTests {
    private let labels = SeriesLabels(
        name: "k6_http_reqs_total", labels: [("label", "long"), ("url", "http://h/\u{1F980}")])

    @Test func splicedBytesAreWhatSwiftProtobufWrites() throws {
        let long = SeriesLabels(name: "m", labels: [("text", String(repeating: "x", count: 20_000))])
        let updates = [
            SeriesUpdate(labels: labels, value: 11, timestampMilliseconds: 1_767_225_600_123),
            // Protobuf leaves out zeros; what is left must still be one sample.
            SeriesUpdate(labels: labels, value: 0, timestampMilliseconds: 0),
            SeriesUpdate(labels: long, value: -1.5, timestampMilliseconds: -7),
            SeriesUpdate(labels: labels, value: .staleMarker, timestampMilliseconds: 5),
        ]
        var encoder = WriteRequestEncoder()
        try encoder.render(updates)

        let expected = WireWriteRequest.with { request in
            request.timeseries = updates.map { update in
                .with { series in
                    series.labels = update.labels.decoded.map { pair in
                        .with {
                            $0.name = pair.name
                            $0.value = pair.value
                        }
                    }
                    if case .sample(let value) = update.value {
                        series.samples = [
                            .with {
                                $0.value = value
                                $0.timestamp = update.timestampMilliseconds
                            }
                        ]
                    }
                }
            }
        }
        #expect(encoder.message == (try expected.serializedBytes()))
    }

    @Test func decodesToWhatWasEncoded() throws {
        var encoder = WriteRequestEncoder()
        let updates = [
            SeriesUpdate(labels: labels, value: 0.052, timestampMilliseconds: 12),
            SeriesUpdate(labels: labels, value: .staleMarker, timestampMilliseconds: 13),
            SeriesUpdate(
                labels: labels, value: .histogram(NativeHistogram([(0.2, 3), (-8, 1), (0, 2), (70, 1)])),
                timestampMilliseconds: 14),
        ]
        let (body, uncompressed) = try encoder.encode(updates)
        #expect(uncompressed == encoder.message.count)
        #expect(try WriteRequestDecoder.decode(body) == updates)
        // The buffer is reused; nothing of the first push is left in the second.
        let second = try encoder.encode([updates[0]]).body
        #expect(try WriteRequestDecoder.decode(second) == [updates[0]])
        let empty = try encoder.encode([]).body
        #expect(try WriteRequestDecoder.decode(empty) == [])
    }

    @Test func staleMarkersKeepTheirBits() throws {
        var encoder = WriteRequestEncoder()
        let marker = SeriesUpdate(labels: labels, value: .staleMarker, timestampMilliseconds: 1)
        guard case .sample(let value) = try WriteRequestDecoder.decode(try encoder.encode([marker]).body)[0].value
        else {
            Issue.record("not a sample")
            return
        }
        #expect(value.bitPattern == 0x7ff0_0000_0000_0002)
    }

    @Test func damagedBodiesAreErrors() throws {
        var encoder = WriteRequestEncoder()
        let (body, _) = try encoder.encode([SeriesUpdate(labels: labels, value: 1, timestampMilliseconds: 1)])
        for damaged in [[], Array(body.dropLast(3)), [0xff, 0xff, 0xff, 0xff, 0x7f, 0x00], Array("{}".utf8)]
            as [[UInt8]]
        {
            #expect(throws: RemoteWriteFileError.self) { try WriteRequestDecoder.decode(damaged) }
        }
        // Every single byte flipped: an error or something readable, never a crash.
        for position in body.indices {
            var damaged = body
            damaged[position] ^= 0xff
            _ = try? WriteRequestDecoder.decode(damaged)
        }
    }
}
