// Entries kept in memory, for tests that run the server in their own process.

import Synchronization

/// Keeps every entry, in order of departure.
package final class RequestLogMemory: RequestLog {
    private let kept = Mutex<[RequestLogEntry]>([])

    package init() {}

    package func record(_ entry: RequestLogEntry) {
        kept.withLock { $0.append(entry) }
    }

    /// What was recorded so far.
    package var entries: [RequestLogEntry] { kept.withLock { $0 } }
}
