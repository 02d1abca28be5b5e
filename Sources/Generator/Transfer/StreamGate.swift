// When one more request may go out on a shared connection: a value, so that every turn of it is a test without a socket.

/// How many requests a shared connection may carry at once.
struct StreamGate: Sendable, Equatable {
    /// More than any server allows.
    static let most = 1_000_000

    /// Requests on the connection.
    var streams = 0
    /// The server has said what it allows.
    var isProven = false
    /// What it allows, once that was met.
    var limit = most

    /// Whether one more may go, with `handed` on their way to it.
    func mayStart(_ handed: Int) -> Bool { streams + handed < (isProven ? limit : 1) }
}
