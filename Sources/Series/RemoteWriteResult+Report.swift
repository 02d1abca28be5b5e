// What reached the receiver, as a result has it, and how to bring it what did not.

import Base
import Metrics
import RemoteWrite

/// Final values that stayed behind, and the one command that pushes them.
package struct UndeliveredFile: Sendable, Equatable {
    package let path: String
    package let command: String

    /// `receiver` shows no credentials; the command reads them from the environment, as the run did.
    package init(path: String, receiver: ReceiverURL) {
        self.path = path
        command = "sml loadtest push \(ShellWord.quoted(path)) --url \(ShellWord.quoted("\(receiver)"))"
    }
}

extension RemoteWriteResult {
    /// - Parameters:
    ///   - folded: how many values of each label name were folded into `other`.
    ///   - undelivered: the file with what is missing, if there is one.
    package init(
        receiver: ReceiverURL, isVerified: Bool, report: DeliveryReport, folded: [String: Int], undelivered: UndeliveredFile?
    ) {
        self.init(
            url: "\(receiver)", isCertificateVerified: isVerified, isComplete: report.isComplete, series: UInt64(report.series),
            seriesUndelivered: UInt64(report.seriesUndelivered), seriesRefused: UInt64(report.seriesRefused),
            seriesRejected: UInt64(report.seriesRejected), rejectedSeries: report.rejectedSeries, undeliveredFile: undelivered?.path,
            pushCommand: undelivered?.command, pushesAttempted: UInt64(report.pushesAttempted),
            pushesSucceeded: UInt64(report.pushesSucceeded), pushesFailed: report.pushesFailed.mapValues(UInt64.init),
            retries: UInt64(report.retries), samplesSent: UInt64(report.samplesSent), statesFolded: UInt64(report.statesFolded),
            compressedBytesSent: UInt64(report.compressedBytesSent), uncompressedBytesSent: UInt64(report.uncompressedBytesSent),
            longestOutageSeconds: report.longestOutageSeconds, lastError: report.lastError,
            areStaleMarkersDelivered: report.staleMarkersDelivered, foldedLabels: folded.mapValues(UInt64.init))
    }
}
