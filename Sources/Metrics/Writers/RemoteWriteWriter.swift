// The summary's `sml.remote_write`.

import Base

enum RemoteWriteWriter {
    static func value(_ result: RemoteWriteResult) -> JSON {
        .object([
            ("url", .string(result.url)),
            ("certificate_verified", .bool(result.isCertificateVerified)),
            ("complete", .bool(result.isComplete)),
            ("series", .count(result.series)),
            ("series_undelivered", .count(result.seriesUndelivered)),
            ("series_refused", .count(result.seriesRefused)),
            ("series_rejected", .count(result.seriesRejected)),
            ("rejected_series", .array(result.rejectedSeries.map { .string($0) })),
            ("undelivered_file", JSON(result.undeliveredFile)),
            ("push_command", JSON(result.pushCommand)),
            ("pushes_attempted", .count(result.pushesAttempted)),
            ("pushes_succeeded", .count(result.pushesSucceeded)),
            ("pushes_failed", SMLWriter.counts(result.pushesFailed)),
            ("retries", .count(result.retries)),
            ("samples_sent", .count(result.samplesSent)),
            ("states_folded", .count(result.statesFolded)),
            ("compressed_bytes_sent", .count(result.compressedBytesSent)),
            ("uncompressed_bytes_sent", .count(result.uncompressedBytesSent)),
            ("longest_outage_seconds", .double(result.longestOutageSeconds)),
            ("last_error", JSON(result.lastError)),
            ("stale_markers_delivered", result.areStaleMarkersDelivered.map { .bool($0) } ?? .null),
            ("folded_labels", SMLWriter.counts(result.foldedLabels)),
        ])
    }
}
