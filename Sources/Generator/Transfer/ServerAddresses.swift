// The server's addresses, looked up once before the run. libcurl would start a resolver thread for every virtual
// user of the first burst, and would send all load to the first address of a name with several. Pinning also means
// that both sides of a comparison know which hosts they measured.

import CLibcurl  // the compiler finds SOCK_STREAM there, not in Glibc
import Glibc

/// Numeric addresses of the target host; users are spread over them in turn.
struct ServerAddresses: Sendable, Equatable {
    var host: String
    var port: UInt16
    /// Numeric, IPv6 in brackets. Empty when the name did not resolve: then libcurl tries for each request, and
    /// each failure is a counted one (k6 does the same).
    var numeric: [String]

    /// Looks `host` up; blocks. IPv4 is preferred, as k6 does: IPv6 only when there is no IPv4.
    static func lookUp(host: String, port: UInt16) -> ServerAddresses {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        var v4: [String] = []
        var v6: [String] = []
        if getaddrinfo(host, nil, &hints, &list) == 0 {
            var next = list
            while let entry = next {
                var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                let rc = getnameinfo(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
                    NI_NUMERICHOST)
                let address = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
                if rc == 0, entry.pointee.ai_family == AF_INET { v4.append(address) }
                if rc == 0, entry.pointee.ai_family == AF_INET6 { v6.append("[\(address)]") }
                next = entry.pointee.ai_next
            }
            freeaddrinfo(list)
        }
        var seen: Set<String> = []
        return ServerAddresses(
            host: host, port: port, numeric: (v4.isEmpty ? v6 : v4).filter { seen.insert($0).inserted })
    }

    /// libcurl's `RESOLVE` entry when there is one address: it is then in libcurl's cache for good, for every user.
    /// `nil` when there is nothing to look up or there are several.
    var resolved: String? {
        guard numeric.count == 1, numeric[0] != bracketedHost else { return nil }
        return "\(host):\(port):\(numeric[0])"
    }

    /// libcurl's `CONNECT_TO` entry that sends user number `user` to its address of several; `nil` with fewer. It is
    /// read anew for each request, which an address that all users share need not be.
    func connectTo(user: Int) -> String? {
        guard numeric.count > 1 else { return nil }
        return "\(bracketedHost):\(port):\(numeric[user % numeric.count]):\(port)"
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}
