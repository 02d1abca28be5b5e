// What reached the receiver of remote write, and how to bring it what did not. The names in a summary and the table in
// docs/METRICS.md are the same.

/// The delivery of a run's series.
package struct RemoteWriteResult: Sendable, Equatable {
    /// Receiver, without credentials and query.
    package var url: String
    /// False when K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY switched that off.
    package var isCertificateVerified: Bool
    /// The receiver has the final state of every series.
    package var isComplete: Bool
    package var series: UInt64
    /// Series whose final state the receiver does not have, left out because of their number, refused on their own.
    package var seriesUndelivered, seriesRefused, seriesRejected: UInt64
    /// Up to ten of the last, as PromQL writes them.
    package var rejectedSeries: [String]
    /// Where the final states are kept that were not delivered, and the command that pushes them; nil when all were.
    package var undeliveredFile, pushCommand: String?
    package var pushesAttempted, pushesSucceeded: UInt64
    /// By reason.
    package var pushesFailed: [String: UInt64]
    package var retries, samplesSent, statesFolded: UInt64
    package var compressedBytesSent, uncompressedBytesSent: UInt64
    /// From the first failed push to the next success.
    package var longestOutageSeconds: Double
    package var lastError: String?
    /// Nil when they are off.
    package var areStaleMarkersDelivered: Bool?
    /// How many values of each label name were folded into `other`.
    package var foldedLabels: [String: UInt64]

    package init(
        url: String = "", isCertificateVerified: Bool = true, isComplete: Bool = false, series: UInt64 = 0, seriesUndelivered: UInt64 = 0,
        seriesRefused: UInt64 = 0, seriesRejected: UInt64 = 0, rejectedSeries: [String] = [], undeliveredFile: String? = nil,
        pushCommand: String? = nil, pushesAttempted: UInt64 = 0, pushesSucceeded: UInt64 = 0, pushesFailed: [String: UInt64] = [:],
        retries: UInt64 = 0, samplesSent: UInt64 = 0, statesFolded: UInt64 = 0, compressedBytesSent: UInt64 = 0,
        uncompressedBytesSent: UInt64 = 0, longestOutageSeconds: Double = 0, lastError: String? = nil,
        areStaleMarkersDelivered: Bool? = nil, foldedLabels: [String: UInt64] = [:]
    ) {
        self.url = url
        self.isCertificateVerified = isCertificateVerified
        self.isComplete = isComplete
        self.series = series
        self.seriesUndelivered = seriesUndelivered
        self.seriesRefused = seriesRefused
        self.seriesRejected = seriesRejected
        self.rejectedSeries = rejectedSeries
        self.undeliveredFile = undeliveredFile
        self.pushCommand = pushCommand
        self.pushesAttempted = pushesAttempted
        self.pushesSucceeded = pushesSucceeded
        self.pushesFailed = pushesFailed
        self.retries = retries
        self.samplesSent = samplesSent
        self.statesFolded = statesFolded
        self.compressedBytesSent = compressedBytesSent
        self.uncompressedBytesSent = uncompressedBytesSent
        self.longestOutageSeconds = longestOutageSeconds
        self.lastError = lastError
        self.areStaleMarkersDelivered = areStaleMarkersDelivered
        self.foldedLabels = foldedLabels
    }
}
