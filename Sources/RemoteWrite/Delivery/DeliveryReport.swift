// What remote write did, in numbers that go to the summary and to the health series, and the few lines worth logging.

/// Counts of a run's remote write so far, or, from `RemoteWriter.finish`, of all of it.
package struct DeliveryReport: Sendable, Codable, Equatable {
    package var pushesAttempted = 0
    package var pushesSucceeded = 0
    /// Failed pushes by reason; a reason that did not occur is absent.
    package var pushesFailed: [String: Int] = [:]
    /// Pushes that came after a failed one which was worth retrying.
    package var retries = 0
    /// Samples and histograms in pushes that succeeded; a series counts once a push.
    package var samplesSent = 0
    /// Bytes of compressed bodies, and of the protobuf in them, in pushes that succeeded.
    package var compressedBytesSent = 0
    package var uncompressedBytesSent = 0
    /// States replaced by a newer one of the same series before they could be delivered.
    package var statesFolded = 0
    /// Distinct series known.
    package var series = 0
    /// Most series of one snapshot that were left out because the bound of the spool was reached.
    package var seriesRefused = 0
    /// Series whose newest state the receiver does not have.
    package var seriesUndelivered = 0
    /// Series that the receiver refuses even when they come alone, and up to ten of them by name.
    package var seriesRejected = 0
    package var rejectedSeries: [String] = []
    /// From the beginning of the first failed push to the next success, in seconds; an outage still going on counts.
    package var longestOutageSeconds = 0.0
    /// The last failure, one line without secrets.
    package var lastError: String?
    /// Whether stale markers were delivered; nil when they are off or their time has not come.
    package var staleMarkersDelivered: Bool?

    package init() {}

    /// Nothing final is missing at the receiver.
    package var isComplete: Bool { seriesUndelivered == 0 && seriesRefused == 0 }
}

/// Something a person watching the run should know; each is reported when it begins, not at every push.
package enum DeliveryNotice: Sendable, Equatable, CustomStringConvertible {
    /// Pushes fail for this reason and are retried. Once an outage and reason.
    case failing(PushFailure, message: String, retryIn: Duration)
    /// The receiver refuses pushes; the same states are not sent again. Once a run and reason and message.
    case refused(PushFailure, message: String)
    /// These are the series because of which pushes were refused; the others are delivered without them.
    case rejected(series: Int, example: String, message: String)
    /// Pushes succeed again.
    case recovered(after: Duration)
    /// The spool is full; this many series are not sent.
    case full(seriesRefused: Int)

    package var description: String {
        switch self {
        case .failing(_, let message, let pause): "remote write: \(message); next attempt in \(pause.shownInSeconds)"
        case .refused(_, let message): "remote write: \(message); not sent again"
        case .rejected(let series, let example, let message):
            "remote write: \(message); left out: \(example)" + (series > 1 ? " and \(series - 1) more" : "")
        case .recovered(let outage): "remote write: delivering again after \(outage.shownInSeconds)"
        case .full(let series): "remote write: too many series, \(series) are left out"
        }
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    fileprivate var shownInSeconds: String { "\((seconds * 10).rounded() / 10) s" }
}
