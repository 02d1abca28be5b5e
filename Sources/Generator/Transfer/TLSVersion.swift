// Which TLS version a connection speaks. libcurl does not tell; it hands out OpenSSL's object, and OpenSSL is
// already in the process as libcurl's own dependency, so its one function is looked up instead of linked: a libcurl
// with another TLS library simply leaves the version unknown.

import CLibcurl
import Glibc

enum TLSVersion {
    private typealias VersionFunction = @convention(c) (UnsafeMutableRawPointer) -> Int32
    private static let version: VersionFunction? = dlsym(nil, "SSL_version").map {
        unsafeBitCast($0, to: VersionFunction.self)
    }

    /// 10…13 for TLS 1.0…1.3, 0 when unknown. Only while the transfer has its connection, so from its callbacks.
    static func ofTransfer(_ easy: UnsafeMutableRawPointer) -> UInt8 {
        guard let version, let ssl = sml_easy_get_openssl(easy) else { return 0 }
        // OpenSSL's numbers: 0x0301 for TLS 1.0 … 0x0304 for TLS 1.3.
        let number = version(ssl)
        return (0x0301...0x0304).contains(number) ? UInt8(number - 0x0301 + 10) : 0
    }
}
