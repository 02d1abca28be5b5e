// The functions of OpenSSL (1.1.1 and later) that we call ourselves: for a store of authorities, and for what libcurl does
// not tell of a connection. OpenSSL is in the process as libcurl's dependency, so they are looked up, not linked.

internal import CLibcurl
import Glibc

/// OpenSSL's functions by what they are for, looked up once.
package struct OpenSSL: Sendable {
    package typealias Object = UnsafeMutableRawPointer
    package typealias InfoCallback = @convention(c) (Object?, Int32, Int32) -> Void
    package typealias NameOut = UnsafeMutablePointer<UnsafePointer<UInt8>?>
    /// Whether the certificate at hand is in order; the verification's object.
    typealias VerifyCallback = @convention(c) (Int32, Object?) -> Int32
    private typealias NewIndex = @convention(c) (Int32, Int, Object?, Object?, Object?, Object?) -> Int32

    /// nil when libcurl's TLS library is another one.
    package static let shared = OpenSSL()

    // SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_CB_READ_ALERT, CRYPTO_EX_INDEX_SSL.
    package static let wantRead: Int32 = 2
    package static let wantWrite: Int32 = 3
    package static let alertRead: Int32 = 0x4004
    private static let sessionClass: Int32 = 0

    let newStore: @convention(c) () -> Object?
    let loadStore: @convention(c) (Object, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32
    let freeStore: @convention(c) (Object) -> Void
    let setStore: @convention(c) (Object, Object) -> Void
    let verifyMode: @convention(c) (Object) -> Int32
    let setVerify: @convention(c) (Object, Int32, VerifyCallback?) -> Void
    let verifyDepth: @convention(c) (Object) -> Int32
    let currentCertificate: @convention(c) (Object) -> Object?
    let extensionIndex: @convention(c) (Object, Int32, Int32) -> Int32
    let setVerifyError: @convention(c) (Object, Int32) -> Void
    package let alpn: @convention(c) (Object, NameOut, UnsafeMutablePointer<UInt32>) -> Void
    package let newSocketBIO: @convention(c) (Int32, Int32) -> Object?
    package let readBIO: @convention(c) (Object) -> Object?
    package let writeBIO: @convention(c) (Object) -> Object?
    package let retain: @convention(c) (Object) -> Void
    package let setReadBIO: @convention(c) (Object, Object?) -> Void
    package let setWriteBIO: @convention(c) (Object, Object?) -> Void
    package let peek: @convention(c) (Object, UnsafeMutableRawPointer, Int32) -> Int32
    package let error: @convention(c) (Object, Int32) -> Int32
    package let clearErrors: @convention(c) () -> Void
    package let setInfoCallback: @convention(c) (Object, InfoCallback?) -> Void
    package let extra: @convention(c) (Object, Int32) -> UnsafeMutableRawPointer?
    package let setExtra: @convention(c) (Object, Int32, UnsafeMutableRawPointer?) -> Int32
    /// Of a place for a pointer of ours on each session.
    package let extraIndex: Int32

    private init?() {
        guard sml_has_openssl() != 0 else { return nil }
        do throws(Missing) {
            newStore = try Self.look("X509_STORE_new")
            loadStore = try Self.look("X509_STORE_load_locations")
            freeStore = try Self.look("X509_STORE_free")
            setStore = try Self.look("SSL_CTX_set1_cert_store")
            verifyMode = try Self.look("SSL_CTX_get_verify_mode")
            setVerify = try Self.look("SSL_CTX_set_verify")
            verifyDepth = try Self.look("X509_STORE_CTX_get_error_depth")
            currentCertificate = try Self.look("X509_STORE_CTX_get_current_cert")
            extensionIndex = try Self.look("X509_get_ext_by_NID")
            setVerifyError = try Self.look("X509_STORE_CTX_set_error")
            alpn = try Self.look("SSL_get0_alpn_selected")
            newSocketBIO = try Self.look("BIO_new_socket")
            readBIO = try Self.look("SSL_get_rbio")
            writeBIO = try Self.look("SSL_get_wbio")
            retain = try Self.look("BIO_up_ref")
            setReadBIO = try Self.look("SSL_set0_rbio")
            setWriteBIO = try Self.look("SSL_set0_wbio")
            peek = try Self.look("SSL_peek")
            error = try Self.look("SSL_get_error")
            clearErrors = try Self.look("ERR_clear_error")
            setInfoCallback = try Self.look("SSL_set_info_callback")
            extra = try Self.look("SSL_get_ex_data")
            setExtra = try Self.look("SSL_set_ex_data")
            let newIndex: NewIndex = try Self.look("CRYPTO_get_ex_new_index")
            extraIndex = newIndex(Self.sessionClass, 0, nil, nil, nil, nil)
        } catch {
            return nil
        }
        guard extraIndex >= 0 else { return nil }
    }

    package struct Missing: Error {}

    /// A function that the process has with libcurl.
    ///
    /// - Parameter type: the C function's own; nothing checks it.
    package static func look<Function>(_ name: String, as type: Function.Type = Function.self) throws(Missing) -> Function {
        guard let address = dlsym(nil, name) else { throw Missing() }
        return unsafeBitCast(address, to: type)
    }
}

extension OpenSSL {
    /// A store of the file's certificates, which also looks into the directories; nil when OpenSSL cannot read them.
    func store(file: String?, directories: String?) -> Object? {
        guard let store = newStore() else { return nil }
        func with<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
            text.map { $0.withCString(body) } ?? body(nil)
        }
        let isLoaded = with(file) { file in with(directories) { loadStore(store, file, $0) } }
        guard isLoaded == 1 else {
            freeStore(store)
            return nil
        }
        return store
    }
}
