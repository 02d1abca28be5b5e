// Sockets of connections are opened and closed here instead of in libcurl, so that the poller knows which descriptors
// are connections and when each number stops being one, and so that the reason why one cannot be opened is known:
// libcurl 7.88 loses it.

import CLibcurl
import Glibc

/// Opens a connection's socket for libcurl; `context` is the user who needs it, and who wants to know if there is none.
let onOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return CURL_SOCKET_BAD }
    return Unmanaged<VirtualUser>.fromOpaque(context).takeUnretainedValue().openSocket(address.pointee)
}

/// Closes it again; `context` is the shard's poller, because a connection can outlive its first user.
let onCloseSocket: curl_closesocket_callback = { context, descriptor in
    if let context {
        let poller = Unmanaged<Poller>.fromOpaque(context).takeUnretainedValue()
        poller.sender?.closes(descriptor)
        poller.closing(descriptor)
    }
    return close(descriptor)
}
