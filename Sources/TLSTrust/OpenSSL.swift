// The four functions of OpenSSL (1.1.1 and later) that a store of authorities needs.

internal import CLibcurl
import Glibc

struct OpenSSL: Sendable {
    /// nil when libcurl's TLS library is another one.
    static let shared = OpenSSL()

    private let make: @convention(c) () -> UnsafeMutableRawPointer?
    private let load: @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32
    private let release: @convention(c) (UnsafeMutableRawPointer) -> Void
    private let setStore: @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void

    private init?() {
        guard sml_has_openssl() != 0, let make = dlsym(nil, "X509_STORE_new"), let load = dlsym(nil, "X509_STORE_load_locations"),
            let release = dlsym(nil, "X509_STORE_free"), let setStore = dlsym(nil, "SSL_CTX_set1_cert_store")
        else { return nil }
        self.make = unsafeBitCast(make, to: (@convention(c) () -> UnsafeMutableRawPointer?).self)
        self.load = unsafeBitCast(
            load,
            to: (@convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32).self)
        self.release = unsafeBitCast(release, to: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        self.setStore = unsafeBitCast(
            setStore, to: (@convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void).self)
    }

    /// A store of the file's certificates, which also looks into the directories; nil when OpenSSL cannot read them.
    func store(file: String?, directories: String?) -> UnsafeMutableRawPointer? {
        guard let store = make() else { return nil }
        func with<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
            text.map { $0.withCString(body) } ?? body(nil)
        }
        let isLoaded = with(file) { file in with(directories) { load(store, file, $0) } }
        guard isLoaded == 1 else {
            release(store)
            return nil
        }
        return store
    }

    func free(_ store: UnsafeMutableRawPointer) { release(store) }

    /// The context holds a reference of its own.
    func use(_ context: UnsafeMutableRawPointer, _ store: UnsafeMutableRawPointer) { setStore(context, store) }
}
