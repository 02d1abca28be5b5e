// Recorded k6 traffic as an independent check of the encoder, which otherwise is only compared with our own decoder.

import Foundation
import Testing

@testable import RemoteWrite

/// The bytes k6 itself sent, as recorded.
@Suite struct GoldenTests {
    private struct Golden: Decodable {
        struct Push: Decodable {
            let series: Int
            let protobuf_bytes: Int
        }
        struct RemoteWrite: Decodable {
            let pushes: [Push]
            let labelsets: [[String: String]]
            let series: [Series]
        }
        /// `[name, index of the label set, …]`.
        struct Series: Decodable {
            let name: String
            let labelset: Int

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                name = try container.decode(String.self)
                labelset = try container.decode(Int.self)
            }
        }
        let remote_write: RemoteWrite
    }

    /// The push of stale markers has no zeros that protobuf would leave out, so its length follows from the labels.
    @Test func aPushHasTheLengthOfK6s() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/stale-markers.json")
        let golden = try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: url)).remote_write
        let push = try #require(golden.pushes.last)
        let updates = golden.series.map { series in
            SeriesUpdate(
                labels: SeriesLabels(name: series.name, labels: golden.labelsets[series.labelset]), value: .staleMarker,
                timestampMilliseconds: 1_767_225_600_000)
        }
        #expect(updates.count == push.series && Set(updates.map(\.labels)).count == push.series)
        var encoder = WriteRequestEncoder()
        try encoder.render(updates)
        #expect(encoder.message.count == push.protobuf_bytes)
    }
}
