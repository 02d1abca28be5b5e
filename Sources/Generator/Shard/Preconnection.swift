// When the connections of a plan are made that wants them before it begins: one after the other, evenly over the time there is, as a
// server that is to measure its first second must not still be busy with a thousand handshakes.

import Base
import Scenarios

/// A shard's connections that are to be made before the run's zero. A value; instants are nanoseconds since the zero, so negative.
struct Preconnection: Sendable, Equatable {
    let count: Int
    /// The next one, of ``count``.
    private(set) var next = 0
    private let start: Int64
    private let step: Double

    /// - Parameters:
    ///   - count: of the shard.
    ///   - now: when it begins.
    init(_ count: Int, now: Int64) {
        self.count = count
        start = now
        step = count == 0 ? 0 : max(0, Double(-ConnectionPace.rest.nanoseconds - now)) / Double(count)
    }

    /// When the next is due; `Int64.max` after the last. What is not begun by the zero is left to the requests.
    var due: Int64 { next < count ? start + Int64(Double(next) * step) : .max }

    mutating func take(at now: Int64) -> Int? {
        guard now < 0, due <= now else {
            if now >= 0 { next = count }
            return nil
        }
        defer { next += 1 }
        return next
    }
}
