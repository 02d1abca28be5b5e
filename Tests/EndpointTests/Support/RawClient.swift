// A blocking HTTP client on a bare socket. A real client library would hide what the tests are about: resets, early
// closes, pieces of a body. Every read has a deadline, so that a hang fails instead of blocking the suite.

import Glibc

struct RawResponse {
    var status = 0
    var headers: [String: String] = [:]
    var body = ""
    /// The peer closed before Content-Length was reached.
    var isShort = false
}

enum RawClientError: Error, Equatable {
    case system(Int32)
    case closed
}

/// One thread sends, one receives; a test that uses two uses them so.
final class RawClient: @unchecked Sendable {
    private let descriptor: Int32
    /// The receiving thread's.
    var unread: [UInt8] = []

    init(port: Int, timeoutSeconds: Int = 10) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw RawClientError.system(errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw RawClientError.system(errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends `text` up to `times` times, giving up when nothing is taken for a second or the connection ends.
    ///
    /// - Returns: bytes that were taken.
    func offer(_ text: String, times: Int) -> Int {
        let bytes = Array(text.utf8)
        var sent = 0
        for _ in 0..<times {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if count > 0 {
                    sent += count
                    rest = rest.dropFirst(count)
                    continue
                }
                guard errno == EAGAIN else { return sent }
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&wanted, 1, 1000) == 1, wanted.revents & Int16(POLLERR | POLLHUP) == 0 else { return sent }
            }
        }
        return sent
    }

    /// Waits for the end of the stream, however it comes.
    func isClosedOrReset() throws -> Bool {
        do { return try isClosed() } catch RawClientError.system(ECONNRESET) { return true }
    }

    /// One read's bytes; throws `.closed` at the end of the stream.
    func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 { throw RawClientError.system(errno) }
        if count == 0 { throw RawClientError.closed }
        unread += buffer[..<count]
    }

    func response() throws -> RawResponse {
        var response = RawResponse()
        while true {
            if let end = Self.endOfHead(unread) {
                let lines = String(decoding: unread[..<end], as: UTF8.self).split(separator: "\r\n")
                response.status = Int(lines[0].split(separator: " ")[1]) ?? 0
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    response.headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
                }
                unread.removeFirst(end)
                break
            }
            try fill()
        }
        let length = Int(response.headers["content-length"] ?? "0") ?? 0
        do {
            while unread.count < length { try fill() }
        } catch RawClientError.closed {
            response.isShort = true
        }
        response.body = String(decoding: unread.prefix(length), as: UTF8.self)
        unread.removeFirst(min(length, unread.count))
        return response
    }

    /// Waits for the end of the stream.
    func isClosed() throws -> Bool {
        do {
            while true { try fill() }
        } catch RawClientError.closed {
            return true
        }
    }

    static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
    }
}
