// Failed requests sorted by what went wrong, with the first one of each kind, so that the summary can name a request
// to look for in the server's log.

import Generator

/// Requests that failed alike.
package struct FailureStatistics: Sendable {
    package struct Key: Hashable, Sendable {
        package var status: UInt16
        package var errorCode: UInt16
        package var errorText: UInt16
        /// What was wrong with the answer's content when status and code are fine.
        package var content: Content
        /// How far the failing exchange got.
        package var phase: TransferPhase
    }

    /// Where a request failed.
    package enum Content: String, Sendable, CaseIterable {
        /// Transport or status say it all.
        case none
        /// Status 200 and no body.
        case emptyBody = "empty body"
        /// Status 200 and a body that ends inside a JSON document.
        case cutShort = "JSON cut short"
        /// Status 200 and a stream that ends without `[DONE]` and without a finish reason.
        case streamCutShort = "stream cut short"
        /// Status 200 and a body that is not JSON.
        case notJSON = "not JSON"
        /// Status 200, JSON, no choices.
        case noChoices = "no choices"
        /// Status 200 and an answer that says of itself that it failed.
        case reported = "failure reported"
        /// A status that is no error to k6 but no answer either, such as 204.
        case notOK = "not 200"
    }

    /// The first failure of its kind.
    package struct First: Sendable, Equatable {
        /// Nanoseconds since the run's start.
        package var end: Int64
        package var iteration: UInt32
        package var prompt: UInt32
        package var label: UInt16
        /// Index of the URL of its last exchange in the run's text table, 0 for the plan's own.
        package var url: UInt16 = 0
        /// A redirect had turned its POST into a GET.
        package var isGet = false

        init(_ record: RunRecord) {
            end = record.end
            iteration = record.iteration
            prompt = record.prompt
            label = record.label
            url = record.url
            isGet = record.flags.contains(.methodGet)
        }
    }

    /// What the server said, of the earliest failure of the kind whose words were kept.
    package struct Words: Sendable, Equatable {
        /// Nanoseconds since the run's start.
        package var end: Int64
        /// Index into the run's text table.
        package var text: UInt16
    }

    package let key: Key
    package private(set) var count = Counter()
    /// The failure that ended first.
    package private(set) var first: First
    package private(set) var words: Words?

    init(key: Key, first: First) {
        self.key = key
        self.first = first
    }

    mutating func add(_ record: RunRecord) {
        count.add()
        if record.end < first.end { first = First(record) }
        guard record.words != 0, record.end < words?.end ?? .max else { return }
        words = Words(end: record.end, text: record.words)
    }

    static func key(of record: RunRecord) -> Key {
        Key(
            status: record.status, errorCode: record.errorCode, errorText: record.errorText,
            content: content(of: record), phase: record.phase)
    }

    private static func content(of record: RunRecord) -> Content {
        if record.errorCode != 0 || record.status == 0 || record.status >= 400 { return .none }
        if record.status != 200 { return .notOK }
        if record.flags.contains(.reportsFailure) { return .reported }
        if record.flags.contains(.parsed) { return record.flags.contains(.cutShort) ? .streamCutShort : .noChoices }
        if record.flags.contains(.emptyBody) { return .emptyBody }
        return record.flags.contains(.cutShort) ? .cutShort : .notJSON
    }
}
