// What libcurl 7.88 does not tell of a TLS connection: whether bytes on an idle one are an answer nobody asked for or
// TLS's own business (tickets, key updates, alerts), and whether its stream ended as TLS says it must. libcurl hands out
// OpenSSL's object, and OpenSSL is already in the process as its dependency, so functions are looked up, not linked.

import CLibcurl
import CLinux
import LibcurlClient

/// OpenSSL's object of a live connection. Only valid until libcurl closes that.
struct TLSSession {
    let object: UnsafeMutableRawPointer

    /// The session of the transfer; nil without one, or with another TLS library.
    init?(of easy: UnsafeMutableRawPointer) {
        guard OpenSSL.shared != nil, let object = sml_easy_get_openssl(easy) else { return nil }
        self.object = object
    }

    init(_ object: UnsafeMutableRawPointer) { self.object = object }

    /// HTTP/2 frames say which request they belong to, and libcurl reads those of an idle connection before it uses it.
    var isHTTP2: Bool {
        guard let openSSL = OpenSSL.shared else { return false }
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        openSSL.alpn(object, &name, &length)
        return length == 2 && name?[0] == UInt8(ascii: "h") && name?[1] == UInt8(ascii: "2")
    }

    /// What ALPN chose; nil for nothing.
    var alpn: String? {
        guard let openSSL = OpenSSL.shared else { return nil }
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        openSSL.alpn(object, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// What has arrived on the session while nobody used it. TLS's own messages are taken in; a byte of an answer stays.
    func lookIdle(at socket: Int32) -> IdleFinding {
        guard let openSSL = OpenSSL.shared, let own = openSSL.newSocketBIO(socket, 0) else { return .closed }
        // libcurl's own BIO reads through a transfer, and there is none: ours stands in for the time of the look.
        let reader = openSSL.readBIO(object)
        let writer = openSSL.writeBIO(object)
        if let reader { openSSL.retain(reader) }
        if let writer { openSSL.retain(writer) }
        openSSL.retain(own)
        openSSL.setReadBIO(object, own)
        openSSL.setWriteBIO(object, own)
        var byte: UInt8 = 0
        openSSL.clearErrors()
        let count = openSSL.peek(object, &byte, 1)
        let error = openSSL.error(object, count)
        openSSL.clearErrors()
        openSSL.setReadBIO(object, reader)
        openSSL.setWriteBIO(object, writer)
        if count > 0 { return .stray }
        return error == OpenSSL.wantRead || error == OpenSSL.wantWrite ? .quiet : .closed
    }

    /// Sets `closed` once the peer has said that its stream ends here. libcurl takes the end of the connection for that,
    /// wherever it was cut. `closed` must live as long as the session.
    func watchEnd(_ closed: UnsafeMutablePointer<Bool>) {
        guard let openSSL = OpenSSL.shared, openSSL.setExtra(object, openSSL.extraIndex, closed) == 1 else {
            closed.pointee = true
            return
        }
        openSSL.setInfoCallback(object) { object, kind, value in
            // A read alert: its level, then its kind, of which 0 is close_notify.
            guard let object, kind == OpenSSL.alertRead, value & 0xFF == 0, let openSSL = OpenSSL.shared else { return }
            openSSL.extra(object, openSSL.extraIndex)?.assumingMemoryBound(to: Bool.self).pointee = true
        }
    }
}
