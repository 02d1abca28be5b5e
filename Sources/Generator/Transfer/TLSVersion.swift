// Which TLS version a connection speaks. libcurl does not tell, but OpenSSL does: see TLSSession. A libcurl with another
// TLS library simply leaves the version unknown.

import Glibc

enum TLSVersion {
    private typealias VersionFunction = @convention(c) (UnsafeMutableRawPointer) -> Int32
    private static let version: VersionFunction? = dlsym(nil, "SSL_version").map {
        unsafeBitCast($0, to: VersionFunction.self)
    }

    /// 10…13 for TLS 1.0…1.3, 0 when unknown. Only while the transfer has its connection, so from its callbacks.
    static func of(_ session: TLSSession) -> UInt8 {
        guard let version else { return 0 }
        // OpenSSL's numbers: 0x0301 for TLS 1.0 … 0x0304 for TLS 1.3.
        let number = version(session.object)
        return (0x0301...0x0304).contains(number) ? UInt8(number - 0x0301 + 10) : 0
    }
}
