// A reset instead of an orderly close: what a client sees when a server process is killed with unread data or a
// middlebox drops the connection.

import Glibc
import NIOCore

extension Channel {
    /// The next close sends RST: SO_LINGER with a time of 0. Call on the event loop.
    func setResetOnClose() {
        // On its loop the option is set before the call returns. A socket that is already gone cannot be reset
        // either, so an error means nothing here.
        _ = (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}
