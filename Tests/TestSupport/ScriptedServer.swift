// A real TCP server that does exactly what a test tells it to, byte by byte: answers, cuts off, resets, stays silent.
// One thread a connection, blocking sockets, loopback only. What it saw is its truth.

import Foundation
import Glibc
import Synchronization

/// One request as it arrived.
package struct SeenRequest: Sendable {
    package var connection: Int
    package var line: String
    package var headers: [(name: String, value: String)]
    package var body: String

    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What the server does with a request, in order.
package enum ServerAction: Sendable {
    case send(String)
    case sendBytes([UInt8])
    case pause(milliseconds: Int)
    /// The same bytes again and again, until the client has gone.
    case sendWithoutEnd([UInt8])
    /// One byte after the other, this far apart, until the text ends or the client has gone.
    case drip(String, everyMilliseconds: Int)
    case close
    case reset

    /// A complete answer that keeps the connection open.
    package static func answer(status: String = "200 OK", headers: [String] = [], _ body: String) -> ServerAction {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return .send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// A complete answer whose body is no text.
    package static func answerBytes(_ body: [UInt8]) -> ServerAction {
        .sendBytes(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    package static let completion = answer(
        headers: ["Content-Type: application/json"],
        #"{"model":"m","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#)
}

/// Listens on a free loopback port until it is released.
package final class ScriptedServer: Sendable {
    package typealias Handler = @Sendable (SeenRequest) -> [ServerAction]

    package let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var requests: [SeenRequest] = []
        var connections = 0
        var open: Set<Int32> = []
    }

    /// - Parameter isIPv6: listens on ::1 instead of 127.0.0.1.
    package init(isIPv6: Bool = false, _ handler: @escaping Handler) throws {
        let (listener, port) = isIPv6 ? try listeningSocketOnIPv6() : try listeningSocket()
        self.listener = listener
        self.port = port
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else {
                    // Closed here and nowhere else: closed under a running accept, the number could come back as
                    // another server's socket.
                    close(listener)
                    return
                }
                let number = self.state.withLock { state in
                    state.connections += 1
                    state.open.insert(connection)
                    return state.connections
                }
                Thread.detachNewThread { [self] in
                    self.serve(connection, number: number, handler: handler)
                }
            }
        }
    }

    package var url: String { "http://127.0.0.1:\(port)/v1/chat/completions" }
    package var requests: [SeenRequest] { state.withLock { $0.requests } }
    package var connections: Int { state.withLock { $0.connections } }

    /// Stops listening and cuts every connection. Call it at the end of a test.
    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in state.withLock({ $0.open }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func serve(_ connection: Int32, number: Int, handler: Handler) {
        defer {
            state.withLock { _ = $0.open.remove(connection) }
            close(connection)
        }
        while let request = Self.read(from: connection, number: number) {
            state.withLock { $0.requests.append(request) }
            for action in handler(request) {
                switch action {
                case .send(let text): guard Self.write(Array(text.utf8), to: connection) else { return }
                case .sendBytes(let bytes): guard Self.write(bytes, to: connection) else { return }
                case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
                case .sendWithoutEnd(let bytes):
                    while Self.write(bytes, to: connection) {}
                    return
                case .drip(let text, let milliseconds):
                    for byte in text.utf8 {
                        guard Self.write([byte], to: connection) else { return }
                        usleep(UInt32(milliseconds) * 1000)
                    }
                case .close: return
                case .reset:
                    var linger = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(
                        connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                    return
                }
            }
        }
    }

    private static func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// One request with a Content-Length body; nil when the client closed.
    private static func read(from connection: Int32, number: Int) -> SeenRequest? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        func more() -> Bool {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            bytes += chunk[..<count]
            return true
        }
        var headEnd: Int?
        while headEnd == nil {
            guard more() else { return nil }
            headEnd = bytes.indices.dropLast(3).first { Array(bytes[$0..<($0 + 4)]) == [13, 10, 13, 10] }
        }
        let lines = String(decoding: bytes[..<headEnd!], as: UTF8.self).components(separatedBy: "\r\n")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        while bytes.count < headEnd! + 4 + length { guard more() else { return nil } }
        let body = String(decoding: bytes[(headEnd! + 4)..<(headEnd! + 4 + length)], as: UTF8.self)
        return SeenRequest(connection: number, line: lines[0], headers: headers, body: body)
    }
}

/// A port whose connections are never answered: it listens, but its queue is full and nobody takes from it, so the
/// kernel drops every further SYN.
package final class SilentPort {
    private let descriptor: Int32
    private var fillers: [Int32] = []
    package let port: UInt16

    package init() throws {
        (descriptor, port) = try boundSocket()
        guard listen(descriptor, 0) == 0 else { throw POSIXError(.EADDRINUSE) }
        // The queue holds one more than asked for; a few connections more than that are then left hanging.
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = LoopbackSocket.address(port: port)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            fillers.append(filler)
        }
    }

    deinit { for socket in fillers + [descriptor] { close(socket) } }
}

/// A port that refuses connections for as long as this lives: bound, so nobody else gets it, but not listening.
package final class RefusingPort {
    private let descriptor: Int32
    package let port: UInt16

    package init() throws { (descriptor, port) = try boundSocket() }
    deinit { close(descriptor) }

    package var url: String { "http://127.0.0.1:\(port)/v1/chat/completions" }
}

/// A TCP socket that listens on a free loopback port.
///
/// - Parameter configure: sets what the kernel wants to know before it listens.
package func listeningSocket(_ configure: (Int32) -> Void = { _ in }) throws -> (descriptor: Int32, port: UInt16) {
    let (descriptor, port) = try boundSocket()
    configure(descriptor)
    guard listen(descriptor, 512) == 0 else { throw POSIXError(.EADDRINUSE) }
    return (descriptor, port)
}

/// The same on ::1.
private func listeningSocketOnIPv6() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 && listen(descriptor, 512) == 0
        }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    return (descriptor, UInt16(bigEndian: address.sin6_port))
}

/// A TCP socket bound to a free loopback port.
private func boundSocket() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    return (descriptor, UInt16(bigEndian: address.sin_port))
}
