// An idle connection on which something arrives. libcurl 7.88 sends the next request on it all the same and takes what
// was there for the answer: an unasked 408, a second answer, the tail behind a wrong length. So whatever arrives is looked
// at, and what no request asked for ends the connection, as in Go.

import CLinux

/// What was found on an idle connection.
enum IdleFinding: Equatable {
    /// Nothing that concerns HTTP.
    case quiet
    /// The server has ended it, or it is broken.
    case closed
    /// Bytes that no request asked for.
    case stray
}

/// What is known of a connection that is between two requests.
enum IdleConnection {
    /// libcurl finds out by itself when it uses it again: HTTP/2, TLS that cannot be looked into, not yet used.
    case opaque
    case plain
    case tls(TLSSession)

    /// What has arrived. One system call, and for TLS what its bytes take to decrypt.
    func look(at socket: Int32) -> IdleFinding {
        switch sml_socket_peek(socket) {
        case -1: .quiet
        case let count:
            switch self {
            case .opaque: .quiet
            case .plain: count > 0 ? .stray : .closed
            case .tls(let session): count > 0 ? session.lookIdle(at: socket) : .closed
            }
        }
    }
}
