// When the connections of a plan are made that wants them before it begins: one after the other, evenly over the time there is, as a
// server that is to measure its first second must not still be busy with a thousand handshakes.

/// A shard's connections that are to be made before the run's zero. A value; instants are nanoseconds since the zero, so negative.
struct Preconnection: Sendable, Equatable {
    /// From one connection of a task to the next: a whole TLS handshake is 1 to 4 ms of CPU on either side.
    static let pace: Int64 = 5_000_000
    /// For what was begun last, and for the server to come to rest.
    static let rest: Int64 = 1_000_000_000
    /// However many there are.
    static let longest: Int64 = 120_000_000_000

    /// How long before its zero a task begins that makes `count` connections.
    static func lead(_ count: Int) -> Int64 { count == 0 ? 0 : min(longest, Int64(count) * pace) + rest }

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
        step = count == 0 ? 0 : max(0, Double(-Self.rest - now)) / Double(count)
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
