// Blocking TCP on 127.0.0.1, the least a test server and a test client need. Every call has a time limit, so that a
// broken test fails instead of hanging.

import Glibc

package struct SocketError: Error, CustomStringConvertible {
    package let description: String
    init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
}

enum LoopbackSocket {
    static func address(port: UInt16, of host: in_addr_t = INADDR_LOOPBACK) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    static func make() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError("socket") }
        return descriptor
    }

    /// Binds to `port`, or to a free one for 0, and listens.
    static func listen(port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = try make()
        do {
            let port = try bind(descriptor, port: port)
            guard Glibc.listen(descriptor, 64) == 0 else { throw SocketError("listen") }
            return (descriptor, port)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Binds to `port`, or to a free one for 0; which it is.
    static func bind(_ descriptor: Int32, port: UInt16, to host: in_addr_t = INADDR_LOOPBACK) throws -> UInt16 {
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = address(port: port, of: host)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw SocketError("bind") }
        return UInt16(bigEndian: address.sin_port)
    }

    static func connect(port: UInt16) throws -> Int32 {
        let descriptor = try make()
        limit(descriptor, seconds: 5)
        var address = address(port: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            let error = SocketError("connect")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func limit(_ descriptor: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Some bytes, or nil at the end of the stream or of patience.
    static func receive(from descriptor: Int32) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count > 0 ? Array(chunk[..<count]) : nil
    }
}

/// Whether somebody listens on a port of this machine.
package func canConnect(_ port: UInt16) -> Bool {
    guard let descriptor = try? LoopbackSocket.connect(port: port) else { return false }
    close(descriptor)
    return true
}
