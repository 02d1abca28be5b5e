// An HTTP/2 connection that several exchanges use at once, as far as one of them must know what another was told: libcurl says
// what concerns the whole connection to whichever exchange happens to be reading.

import CLibcurl

/// Not Sendable: it belongs to one group.
final class SharedConnection {
    /// -1 when it is not known.
    let socket: Int32
    /// What libcurl said of the whole connection, to whichever exchange was reading.
    let watch: UnsafeMutablePointer<sml_http2_watch>
    var isClosed = false
    /// An exchange on it was told that the peer reset it; the others only see its end.
    var isReset = false

    init(socket: Int32) {
        self.socket = socket
        watch = .allocate(capacity: 1)
        watch.initialize(to: Exchange.unseenHTTP2)
    }

    deinit { watch.deallocate() }
}
