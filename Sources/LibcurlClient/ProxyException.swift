// One entry of NO_PROXY, as Go reads it: a name with everything below it, what is below a name, an address, a network, each
// of them but the network with or without a port, or everything.

import Glibc

enum ProxyException: Sendable, Equatable {
    case everything
    case network(IPAddress, bits: Int)
    case address(IPAddress, port: String)
    /// - Parameters:
    ///   - suffix: with a dot before it.
    ///   - isItself: what is not below the name but the name matches too.
    case domain(suffix: String, isItself: Bool, port: String)

    /// The entries of a value; those that mean nothing are left out, as in Go.
    static func list(_ text: String) -> [ProxyException] {
        let entries = text.split(separator: ",").compactMap { ProxyException($0.trimmingBlanks.lowercased()) }
        return entries.contains(.everything) ? [.everything] : entries
    }

    init?(_ entry: String) {
        if entry == "*" {
            self = .everything
            return
        }
        if let slash = entry.firstIndex(of: "/"), let network = IPAddress(String(entry[..<slash])),
            var bits = Self.number(entry[entry.index(after: slash)...])
        {
            if network.length == 32, entry.contains(":") { bits -= 96 }
            guard 0...network.length ~= bits else { return nil }
            self = .network(network, bits: bits)
            return
        }
        let (host, port) = Self.split(entry)
        if let address = IPAddress(host) {
            self = .address(address, port: port)
            return
        }
        let name = host.hasPrefix("*.") ? String(host.dropFirst()) : host
        guard !name.isEmpty else { return nil }
        let isBelow = name.hasPrefix(".")
        self = .domain(suffix: isBelow ? name : "." + name, isItself: !isBelow, port: port)
    }

    /// - Parameters:
    ///   - host: in small letters.
    ///   - address: what `host` is, if it is an address.
    func matches(_ host: String, port: UInt16, address: IPAddress?) -> Bool {
        func isPort(_ text: String) -> Bool { text.isEmpty || text == String(port) }
        switch self {
        case .everything: return true
        case .network(let network, let bits): return address?.isIn(network, bits: bits) ?? false
        case .address(let other, let port): return other == address && isPort(port)
        case .domain(let suffix, let isItself, let port):
            return (host.hasSuffix(suffix) || isItself && host == suffix.dropFirst()) && isPort(port)
        }
    }

    /// `host:port` and `[address]:port`; whatever is not one of the two is all host.
    private static func split(_ entry: String) -> (host: String, port: String) {
        guard let colon = entry.lastIndex(of: ":") else { return (entry, "") }
        var host = entry[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return (entry, "")
        }
        guard !host.contains("["), !host.contains("]") else { return (entry, "") }
        return (String(host), String(entry[entry.index(after: colon)...]))
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
    }
}

/// An address of either version; one of IPv4 written in IPv6 (`::ffff:10.0.0.1`) is of IPv4, as in Go.
struct IPAddress: Sendable, Equatable {
    let bytes: [UInt8]

    /// - Returns: nil for names, and for addresses with a zone.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let all = withUnsafeBytes(of: &six) { Array($0) }
            let isFour = all.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF])
            bytes = isFour ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    /// Bits.
    var length: Int { bytes.count * 8 }

    var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 } }

    func isIn(_ network: IPAddress, bits: Int) -> Bool {
        guard bytes.count == network.bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            (bytes[bit / 8] ^ network.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }
}
