// What was agreed on when a TLS connection was made, asked of OpenSSL while the connection is there: libcurl tells none of
// it.

import Glibc
import LibcurlClient

/// A TLS connection's agreements.
struct TLSFacts: Equatable {
    /// 10…13 for TLS 1.0…1.3, 0 when unknown.
    var version: UInt8
    /// The protocol that ALPN chose; nil for none.
    var alpn: String?
    /// The cipher suite, e.g. `TLS_AES_256_GCM_SHA384`; nil when unknown.
    var cipher: String?

    private typealias CurrentCipher = @convention(c) (UnsafeMutableRawPointer) -> UnsafeRawPointer?
    private typealias CipherName = @convention(c) (UnsafeRawPointer?) -> UnsafePointer<CChar>?
    private static let currentCipher: CurrentCipher? = dlsym(nil, "SSL_get_current_cipher").map {
        unsafeBitCast($0, to: CurrentCipher.self)
    }
    private static let cipherName: CipherName? = dlsym(nil, "SSL_CIPHER_get_name").map { unsafeBitCast($0, to: CipherName.self) }

    /// Only while the transfer has its connection, so from its callbacks.
    init(of session: TLSSession) {
        version = TLSVersion.of(session)
        alpn = session.alpn
        cipher = Self.currentCipher.flatMap { Self.cipherName?($0(session.object)) }.map { String(cString: $0) }
    }
}
