// The server's addresses, looked up once before the run. libcurl would start a resolver thread for every virtual
// user of the first burst, and would send all load to the first address of a name with several. Pinning also means
// that both sides of a comparison know which hosts they measured. Each user has an address of its own to go to; the others
// stand behind it, for when nobody answers there, as one gateway of several that is down should not fail its share of the
// requests (k6 fails it: it tries one address).

import CLibcurl  // the compiler finds SOCK_STREAM there, not in Glibc
import Glibc

/// Numeric addresses of the target host; users are spread over them in turn.
struct ServerAddresses: Sendable, Equatable {
    var host: String
    var port: UInt16
    /// Numeric, IPv6 in brackets. Empty when the name did not resolve: then libcurl tries for each request, and
    /// each failure is a counted one (k6 does the same).
    var numeric: [String]
    /// Of the other IP version, for when none of those can be connected to.
    var others: [String] = []

    /// Looks `host` up; blocks. IPv4 is preferred, as k6 does: load goes to IPv6 when there is no IPv4, or none that answers.
    static func lookUp(host: String, port: UInt16) -> ServerAddresses {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        var v4: [String] = []
        var v6: [String] = []
        if getaddrinfo(host, nil, &hints, &list) == 0 {
            var next = list
            while let entry = next {
                next = entry.pointee.ai_next
                guard let address = text(of: entry.pointee) else { continue }
                if entry.pointee.ai_family == AF_INET, !v4.contains(address) { v4.append(address) }
                if entry.pointee.ai_family == AF_INET6, !v6.contains("[\(address)]"), v4.isEmpty || hasRoute(to: entry.pointee) {
                    v6.append("[\(address)]")
                }
            }
            freeaddrinfo(list)
        }
        return ServerAddresses(host: host, port: port, numeric: v4.isEmpty ? v6 : v4, others: v4.isEmpty ? [] : v6)
    }

    private static func text(of entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// Whether this machine can send there at all: "unreachable" in place of "refused" would hide why a request failed.
    /// Connecting a datagram socket asks the kernel for the route and sends nothing.
    private static func hasRoute(to entry: addrinfo) -> Bool {
        let descriptor = socket(entry.ai_family, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // A name was looked up without a port, and port 0 is none to connect to.
        var address = sockaddr_in6()
        memcpy(&address, entry.ai_addr, min(Int(entry.ai_addrlen), MemoryLayout<sockaddr_in6>.size))
        address.sin6_port = UInt16(9).bigEndian
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }

    /// A user may have to go on to another address than its own.
    var hasSeveral: Bool { numeric.count + others.count > 1 }

    /// libcurl's `RESOLVE` entries: they are in its cache for good, for every user. With several addresses to spread users
    /// over there is one entry for each of them, under a name that only libcurl sees. Empty when there is nothing to look up.
    var resolved: [String] {
        guard numeric.count > 1 else {
            let all = numeric + others
            return all.isEmpty || all == [bracketedHost] ? [] : ["\(host):\(port):\(all.joined(separator: ","))"]
        }
        return numeric.indices.map { index in
            let inTurn = numeric[index...] + numeric[..<index] + others
            return "\(Self.name(of: index)):\(port):\(inTurn.joined(separator: ","))"
        }
    }

    /// libcurl's `CONNECT_TO` entry that sends user number `user` to its address of several; `nil` with fewer. It is
    /// read anew for each request, which an address that all users share need not be.
    func connectTo(user: Int) -> String? {
        guard numeric.count > 1 else { return nil }
        return "\(bracketedHost):\(port):\(Self.name(of: user % numeric.count)):\(port)"
    }

    /// The entry that begins with address number `index`; a name that nobody can have (RFC 2606).
    private static func name(of index: Int) -> String { "address-\(index).invalid" }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}
