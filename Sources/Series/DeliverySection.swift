// The summary's `sml.remote_write`: what reached the receiver, and how to bring it what did not. The names here and the
// table in docs/METRICS.md are the same.

import Metrics
import RemoteWrite

/// Final values that stayed behind, and the one command that pushes them.
package struct UndeliveredFile: Sendable, Equatable {
    package let path: String
    package let command: String

    /// `receiver` shows no credentials; the command reads them from the environment, as the run did.
    package init(path: String, receiver: ReceiverURL) {
        self.path = path
        command = "sml loadtest push \(Self.quoted(path)) --url \(Self.quoted("\(receiver)"))"
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "-_./:=@%+,".utf8.contains(byte)
        }
        return plain && !word.isEmpty
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

package enum DeliverySection {
    /// - Parameters:
    ///   - folded: how many values of each label name were folded into `other`.
    ///   - undelivered: the file with what is missing, if there is one.
    package static func value(
        receiver: ReceiverURL, isVerified: Bool, report: DeliveryReport, folded: [String: Int], undelivered: UndeliveredFile?
    ) -> JSON {
        func counts(_ counts: [String: Int]) -> JSON {
            .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) })
        }
        func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        return .object([
            ("url", .string("\(receiver)")),
            ("certificate_verified", .bool(isVerified)),
            ("complete", .bool(report.isComplete)),
            ("series", .int(Int64(report.series))),
            ("series_undelivered", .int(Int64(report.seriesUndelivered))),
            ("series_refused", .int(Int64(report.seriesRefused))),
            ("series_rejected", .int(Int64(report.seriesRejected))),
            ("rejected_series", .array(report.rejectedSeries.map { .string($0) })),
            ("undelivered_file", text(undelivered?.path)),
            ("push_command", text(undelivered?.command)),
            ("pushes_attempted", .int(Int64(report.pushesAttempted))),
            ("pushes_succeeded", .int(Int64(report.pushesSucceeded))),
            ("pushes_failed", counts(report.pushesFailed)),
            ("retries", .int(Int64(report.retries))),
            ("samples_sent", .int(Int64(report.samplesSent))),
            ("states_folded", .int(Int64(report.statesFolded))),
            ("compressed_bytes_sent", .int(Int64(report.compressedBytesSent))),
            ("uncompressed_bytes_sent", .int(Int64(report.uncompressedBytesSent))),
            ("longest_outage_seconds", .double(report.longestOutageSeconds)),
            ("last_error", text(report.lastError)),
            ("stale_markers_delivered", report.staleMarkersDelivered.map { .bool($0) } ?? .null),
            ("folded_labels", counts(folded)),
        ])
    }
}
