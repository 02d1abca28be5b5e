// Keeps the log readable: a receiver that is away for an hour is one line when it goes and one when it returns, not
// one per push.

struct NoticeFilter {
    private var failuresOfThisOutage: Set<PushFailure> = []
    private var refusals: Set<String> = []
    private var hasReportedFull = false

    /// More different refusals than this are not worth reading, and their texts come from the receiver.
    private static let maximumRefusals = 20

    mutating func failing(_ reason: PushFailure, _ message: String, retryIn pause: Duration) -> DeliveryNotice? {
        failuresOfThisOutage.insert(reason).inserted ? .failing(reason, message: message, retryIn: pause) : nil
    }

    mutating func refused(_ reason: PushFailure, _ message: String) -> DeliveryNotice? {
        guard refusals.count < Self.maximumRefusals, refusals.insert(message).inserted else { return nil }
        return .refused(reason, message: message)
    }

    mutating func rejected(series: Int, example: String, _ message: String) -> DeliveryNotice? {
        guard refusals.count < Self.maximumRefusals, refusals.insert(example).inserted else { return nil }
        return .rejected(series: series, example: example, message: message)
    }

    mutating func recovered() { failuresOfThisOutage.removeAll() }

    mutating func spool(seriesRefused: Int) -> DeliveryNotice? {
        guard seriesRefused > 0, !hasReportedFull else { return nil }
        hasReportedFull = true
        return .full(seriesRefused: seriesRefused)
    }
}
