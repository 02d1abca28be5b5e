// What is counted of streams by duration, as trends. The counts come by bucket of the same width as the trends' own, so that
// the percentiles of merged tasks are those of all gaps together.

import Generator

/// A succeeded request whose answer was streamed, for the closures of the catalogue.
package struct StreamedRequest: Sendable {
    /// The final exchange, with at least one token.
    package let record: RunRecord
    /// Of the first hop.
    package let started: Int64
    /// Nil in a closed loop.
    package let scheduled: Int64?
}

/// Streams of one prompt label, milliseconds.
package struct StreamStatistics: Sendable {
    /// From one chunk to the next.
    package private(set) var gaps = Trend()
    /// From started to the first event of any kind.
    package private(set) var firstEvent = Trend()
    /// From started to the first output after reasoning.
    package private(set) var firstContent = Trend()

    mutating func add(_ count: StreamCount) {
        let value = count.bucket == 0 ? 0 : Histogram.midpoint(of: Int(count.bucket))
        switch count.measure {
        case .gap: gaps.add(value, times: Int(count.count))
        case .firstEvent: firstEvent.add(value, times: Int(count.count))
        case .firstContent: firstContent.add(value, times: Int(count.count))
        }
    }
}
