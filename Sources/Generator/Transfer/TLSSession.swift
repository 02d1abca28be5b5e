// What libcurl 7.88 does not tell of a TLS connection: whether bytes on an idle one are an answer nobody asked for or
// TLS's own business (tickets, key updates, alerts), and whether its stream ended as TLS says it must. libcurl hands out
// OpenSSL's object, and OpenSSL is already in the process as its dependency, so functions are looked up, not linked.

import CLibcurl
import CLinux
import Glibc

/// OpenSSL's object of a live connection. Only valid until libcurl closes that.
struct TLSSession {
    let object: UnsafeMutableRawPointer

    /// The session of the transfer; nil without one, or with another TLS library.
    init?(of easy: UnsafeMutableRawPointer) {
        guard OpenSSL.functions != nil, let object = sml_easy_get_openssl(easy) else { return nil }
        self.object = object
    }

    init(_ object: UnsafeMutableRawPointer) { self.object = object }

    /// HTTP/2 frames say which request they belong to, and libcurl reads those of an idle connection before it uses it.
    var isHTTP2: Bool {
        guard let openSSL = OpenSSL.functions else { return false }
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        openSSL.alpn(object, &name, &length)
        return length == 2 && name?[0] == UInt8(ascii: "h") && name?[1] == UInt8(ascii: "2")
    }

    /// What has arrived on the session while nobody used it. TLS's own messages are taken in; a byte of an answer stays.
    func lookIdle(at socket: Int32) -> IdleFinding {
        guard let openSSL = OpenSSL.functions, let own = openSSL.newSocketBIO(socket, 0) else { return .closed }
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
        guard let openSSL = OpenSSL.functions, openSSL.setExtra(object, openSSL.extraIndex, closed) == 1 else {
            closed.pointee = true
            return
        }
        openSSL.setInfoCallback(object) { object, kind, value in
            // A read alert: its level, then its kind, of which 0 is close_notify.
            guard let object, kind == OpenSSL.alertRead, value & 0xFF == 0, let openSSL = OpenSSL.functions else { return }
            openSSL.extra(object, openSSL.extraIndex)?.assumingMemoryBound(to: Bool.self).pointee = true
        }
    }
}

/// The functions of OpenSSL 1.1 and later that are used, looked up once.
private struct OpenSSL: Sendable {
    typealias Object = UnsafeMutableRawPointer
    typealias InfoCallback = @convention(c) (Object?, Int32, Int32) -> Void

    // SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_CB_READ_ALERT, CRYPTO_EX_INDEX_SSL.
    static let wantRead: Int32 = 2
    static let wantWrite: Int32 = 3
    static let alertRead: Int32 = 0x4004
    private static let sessionClass: Int32 = 0

    let alpn: @convention(c) (Object, UnsafeMutablePointer<UnsafePointer<UInt8>?>, UnsafeMutablePointer<UInt32>) -> Void
    let newSocketBIO: @convention(c) (Int32, Int32) -> Object?
    let readBIO: @convention(c) (Object) -> Object?
    let writeBIO: @convention(c) (Object) -> Object?
    let retain: @convention(c) (Object) -> Void
    let setReadBIO: @convention(c) (Object, Object?) -> Void
    let setWriteBIO: @convention(c) (Object, Object?) -> Void
    let peek: @convention(c) (Object, UnsafeMutableRawPointer, Int32) -> Int32
    let error: @convention(c) (Object, Int32) -> Int32
    let clearErrors: @convention(c) () -> Void
    let setInfoCallback: @convention(c) (Object, InfoCallback?) -> Void
    let extra: @convention(c) (Object, Int32) -> UnsafeMutableRawPointer?
    let setExtra: @convention(c) (Object, Int32, UnsafeMutableRawPointer?) -> Int32
    let extraIndex: Int32

    static let functions = OpenSSL()

    private init?() {
        func look<Function>(_ name: String, as type: Function.Type) -> Function? {
            dlsym(nil, name).map { unsafeBitCast($0, to: type) }
        }
        typealias NewIndex = @convention(c) (Int32, Int, Object?, Object?, Object?, Object?) -> Int32
        guard
            let alpn = look(
                "SSL_get0_alpn_selected",
                as: (@convention(c) (Object, UnsafeMutablePointer<UnsafePointer<UInt8>?>, UnsafeMutablePointer<UInt32>) -> Void)
                    .self),
            let newSocketBIO = look("BIO_new_socket", as: (@convention(c) (Int32, Int32) -> Object?).self),
            let readBIO = look("SSL_get_rbio", as: (@convention(c) (Object) -> Object?).self),
            let writeBIO = look("SSL_get_wbio", as: (@convention(c) (Object) -> Object?).self),
            let retain = look("BIO_up_ref", as: (@convention(c) (Object) -> Void).self),
            let setReadBIO = look("SSL_set0_rbio", as: (@convention(c) (Object, Object?) -> Void).self),
            let setWriteBIO = look("SSL_set0_wbio", as: (@convention(c) (Object, Object?) -> Void).self),
            let peek = look("SSL_peek", as: (@convention(c) (Object, UnsafeMutableRawPointer, Int32) -> Int32).self),
            let error = look("SSL_get_error", as: (@convention(c) (Object, Int32) -> Int32).self),
            let clearErrors = look("ERR_clear_error", as: (@convention(c) () -> Void).self),
            let setInfoCallback = look(
                "SSL_set_info_callback", as: (@convention(c) (Object, InfoCallback?) -> Void).self),
            let extra = look("SSL_get_ex_data", as: (@convention(c) (Object, Int32) -> UnsafeMutableRawPointer?).self),
            let setExtra = look(
                "SSL_set_ex_data", as: (@convention(c) (Object, Int32, UnsafeMutableRawPointer?) -> Int32).self),
            let newIndex = look("CRYPTO_get_ex_new_index", as: NewIndex.self)
        else { return nil }
        self.alpn = alpn
        self.newSocketBIO = newSocketBIO
        self.readBIO = readBIO
        self.writeBIO = writeBIO
        self.retain = retain
        self.setReadBIO = setReadBIO
        self.setWriteBIO = setWriteBIO
        self.peek = peek
        self.error = error
        self.clearErrors = clearErrors
        self.setInfoCallback = setInfoCallback
        self.extra = extra
        self.setExtra = setExtra
        extraIndex = newIndex(Self.sessionClass, 0, nil, nil, nil, nil)
        guard extraIndex >= 0 else { return nil }
    }
}
