// Sockets of connections are opened and closed here instead of in libcurl, so that the poller knows which descriptors
// are connections and when each number stops being one.

import CLibcurl
import Glibc

/// Opens a connection's socket for libcurl; `context` is the shard's poller.
let onOpenSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return CURL_SOCKET_BAD }
    let wanted = address.pointee
    let descriptor = socket(wanted.family, wanted.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.protocol)
    if descriptor >= 0 { Unmanaged<Poller>.fromOpaque(context).takeUnretainedValue().opened(descriptor) }
    return descriptor
}

/// Closes it again.
let onCloseSocket: curl_closesocket_callback = { context, descriptor in
    if let context { Unmanaged<Poller>.fromOpaque(context).takeUnretainedValue().closing(descriptor) }
    return close(descriptor)
}
