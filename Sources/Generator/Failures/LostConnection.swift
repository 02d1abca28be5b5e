// When a request may be sent a second time. A POST is not idempotent (RFC 9110 §9.2.2): only what the server cannot have
// read may be, and everything else is the error that k6 reports. A server that closes an idle connection just as the
// next request sets out had said so before it came: its FIN acknowledges nothing of the request. That of a server which
// died while it worked does, and a reset says nothing.

import CLinux

/// A reused connection that ended before a byte of an answer, with a request under way on it.
struct LostConnection: Sendable, Equatable {
    /// From the first write to the loss, nanoseconds.
    var elapsed: Int64
    /// Bytes that the server's kernel has not acknowledged; nil when ours does not tell (before Linux 4.19).
    var unacknowledged: Int?
    /// Bytes of the body that had been written.
    var bodyWritten: Int
    /// Reading failed: no end of the stream had come before.
    var isReset: Bool
    /// Neither side has ended the connection: it was only the request's stream that did.
    var isOpen = false
    /// The request's first write failed: nothing of it has left.
    var isUnwritten = false
    /// HTTP/2: the server named the request as one it has not worked on (RFC 9113 §8.7).
    var isRefused = false

    /// The server cannot have read the request.
    var isUnread: Bool {
        if isRefused || isUnwritten { return true }
        // A FIN acknowledges all that came before it. If that is not even the head (more is open than the body; TLS and
        // HTTP/2 only add to it), the server had closed before the request came. A reset acknowledges nothing in any case.
        guard !isReset, let unacknowledged else { return false }
        return unacknowledged > bodyWritten
    }
}

extension LostConnection {
    /// What the kernel knows of `socket`, which is still open on our side.
    init(socket: Int32, elapsed: Int64, bodyWritten: Int, isReset: Bool) {
        var facts = sml_connection_facts()
        facts.unacknowledged = -1
        sml_connection_look(socket, &facts)
        self.init(
            elapsed: elapsed, unacknowledged: facts.unacknowledged < 0 ? nil : Int(facts.unacknowledged),
            bodyWritten: bodyWritten, isReset: isReset)
        isOpen = facts.is_open != 0
    }
}
