// An HTTP/2 connection that several exchanges use at once, as far as one of them must know what another was told.

import CHTTP2

/// Not Sendable: it belongs to one group.
final class SharedConnection {
    /// -1 when it is not known.
    let socket: Int32
    /// What has become of the whole connection.
    let watch: UnsafeMutablePointer<sml_http2_watch>
    var isClosed = false
    /// An exchange on it was told that the peer reset it; the others only see its end.
    var isReset = false

    init(socket: Int32) {
        self.socket = socket
        watch = .allocate(capacity: 1)
        watch.initialize(to: sml_http2_watch())
        sml_http2_clear(watch)
    }

    deinit {
        sml_http2_clear(watch)
        watch.deallocate()
    }
}
