// What libcurl and the kernel need once per process before the first transfer.

import CLibcurl
import CLinux
import Glibc
import LibcurlClient

/// Process-wide transport set-up.
package enum Transport {
    private static let prepared: Void = {
        sml_grow_heaps_in_large_steps()
        _ = Libcurl.isReady
        // A closed connection must be an error code, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Each request in flight is a descriptor; take all the job is allowed.
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
    }()

    /// Safe to call often; does its work once.
    package static func prepare() { _ = prepared }

    /// Whether this libcurl can offer HTTP/2.
    static let hasHTTP2 = sml_has_http2() != 0

    /// libcurl's version and its TLS library's, as `libcurl/7.88.1 OpenSSL/3.0.15 …`.
    package static var version: String { String(cString: curl_version()) }

    /// What libcurl was built with, as `curl --version` names it; empty for one of before 7.87, which does not say.
    package static var features: [String] {
        var names: [String] = []
        guard var next = sml_feature_names() else { return names }
        while let name = next.pointee {
            names.append(String(cString: name))
            next += 1
        }
        return names
    }
}
