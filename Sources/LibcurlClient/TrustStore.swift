// Whom our TLS clients trust, parsed once for all their connections. libcurl parses the 140 certificates of a system's
// bundle for every connection where its build names a directory of authorities too (Debian's does), 25 to 50 ms of CPU
// each; its own cache belongs to a multi handle, of which the generator has one for each 64 users. So the store is ours,
// and libcurl is handed it for each connection. OpenSSL is in the process as libcurl's dependency: its functions are
// looked up instead of linked, and with another TLS library libcurl gets the names of file and directory.

import Base
internal import CLibcurl
import Glibc
import Synchronization

/// The authorities of a file and of directories; read when the first connection needs them.
///
/// `@unchecked Sendable`: nothing but constants and a lock; OpenSSL counts references to a store and locks its content.
package final class TrustStore: @unchecked Sendable {
    /// What is trusted: PEM text, and directories of hashed certificates with colons between them.
    package let file: String?
    package let directories: String?

    /// With the address of OpenSSL's store.
    private enum State { case unread, unusable, read(UInt) }
    private let state = Mutex<State>(.unread)

    package init(file: String?, directories: String?) {
        self.file = file
        self.directories = directories
    }

    /// Those that the environment names, or the system's.
    package convenience init(_ authorities: CertificateAuthorities) {
        self.init(file: authorities.trustedFile, directories: authorities.directories)
    }

    deinit {
        let state = state.withLock { $0 }
        if case .read(let address) = state, let store = UnsafeMutableRawPointer(bitPattern: address) {
            OpenSSL.shared?.freeStore(store)
        }
    }

    /// Lets `easy` trust these and nobody else; without any, whom libcurl was built to trust. The store must live as long
    /// as `easy` does.
    ///
    /// - Returns: libcurl's code, 0 when all is well.
    package func apply(to easy: UnsafeMutableRawPointer) -> UInt32 {
        let isOurs = OpenSSL.shared != nil
        guard file != nil || directories != nil else {
            return isOurs ? sml_easy_set_context(easy, handOver, Unmanaged.passUnretained(self).toOpaque()).rawValue : CURLE_OK.rawValue
        }
        var codes = [(CURLOPT_CAINFO, file), (CURLOPT_CAPATH, directories)].map { option, path in
            Self.set(easy, option, isOurs ? nil : path)
        }
        // libcurl's proxy connections are set up apart, but by the same function.
        codes.append(Self.set(easy, CURLOPT_PROXY_CAINFO, isOurs ? nil : file))
        codes.append(Self.set(easy, CURLOPT_PROXY_CAPATH, isOurs ? nil : directories))
        if isOurs { codes.append(sml_easy_set_context(easy, handOver, Unmanaged.passUnretained(self).toOpaque())) }
        return (codes.first { $0 != CURLE_OK } ?? CURLE_OK).rawValue
    }

    private static func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ path: String?) -> CURLcode {
        guard let path else { return sml_easy_set_pointer(easy, option, nil) }
        return sml_easy_set_string(easy, option, path)
    }

    /// Makes a connection's context use the store, and refuse what names no host.
    fileprivate func hand(to context: UnsafeMutableRawPointer) -> CURLcode {
        guard let openSSL = OpenSSL.shared else { return CURLE_SSL_CACERT_BADFILE }
        NamelessCertificate.refuse(in: context, openSSL)
        guard file != nil || directories != nil else { return CURLE_OK }
        let address: UInt = state.withLock { state in
            if case .unread = state {
                let store = openSSL.store(file: file, directories: directories)
                state = store.map { .read(UInt(bitPattern: $0)) } ?? .unusable
            }
            if case .read(let address) = state { return address }
            return 0
        }
        guard let store = UnsafeMutableRawPointer(bitPattern: address) else { return CURLE_SSL_CACERT_BADFILE }
        // The context holds a reference of its own.
        openSSL.setStore(context, store)
        return CURLE_OK
    }
}

private let handOver: sml_context_callback = { _, context, trust in
    guard let context, let trust else { return CURLE_SSL_CACERT_BADFILE }
    return Unmanaged<TrustStore>.fromOpaque(trust).takeUnretainedValue().hand(to: context)
}
