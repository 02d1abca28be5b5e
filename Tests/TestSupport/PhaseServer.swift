// A server that knows when: it stamps the first and the last byte that it reads of each request, and the first and the
// last that it writes of the answer, on the clock that the client's instants are on too. It reads slowly, answers late
// and answers in pieces, so that each phase of an exchange has a length that a wrong instant would miss.

import Foundation
import Glibc
import Synchronization

/// What the server knows of one request, CLOCK_MONOTONIC nanoseconds. Reads are stamped after they returned and writes
/// before they are made, so that no client on the same machine can have acted later (reads) or earlier (writes).
package struct ServerStamps: Sendable {
    package var firstRead: Int64 = 0
    /// When it went on reading after the pause that a slow upload is made of.
    package var resumed: Int64 = 0
    package var lastRead: Int64 = 0
    package var firstWrite: Int64 = 0
    package var lastWrite: Int64 = 0
    package var bytesRead = 0
    package var bytesWritten = 0
    package var bodyRead = 0
}

/// What the server does, milliseconds. Each request opens a connection: the answer closes it.
package struct ServerPace: Sendable {
    /// Between the head and the rest of the request.
    package var upload = 0
    /// Between the request's end and the answer.
    package var answer = 0
    /// Between the answer's first half and its second.
    package var body = 0
    /// Never answers, and reads nothing beyond the head when `reads` is false either.
    package var isSilent = false
    package var reads = true
    /// An interim answer (103) before the pause.
    package var isInterim = false

    package init(upload: Int = 0, answer: Int = 0, body: Int = 0) {
        self.upload = upload
        self.answer = answer
        self.body = body
    }
}

/// Listens on a free loopback port until it is stopped. Receives in a small window and small segments, so that little of
/// a request is in the kernel's hands: loopback's own would take 2.6 MB at once.
package final class PhaseServer: Sendable {
    package let port: UInt16
    private let listener: Int32
    private let pace: ServerPace
    private let state = Mutex<(seen: [ServerStamps], open: [Int32])>(([], []))

    package init(_ pace: ServerPace) throws {
        self.pace = pace
        (listener, port) = try listeningSocket { socket in
            var (window, segment) = (Int32(8192), Int32(1024))
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &window, 4)
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_MAXSEG, &segment, 4)
        }
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                state.withLock { $0.open.append(connection) }
                Thread.detachNewThread { [self] in
                    serve(connection)
                    state.withLock { state in state.open.removeAll { $0 == connection } }
                    close(connection)
                }
            }
            close(listener)
        }
    }

    package var url: String { "http://127.0.0.1:\(port)/v1/chat/completions" }
    /// Of the requests that were answered, or that the client gave up.
    package var seen: [ServerStamps] { state.withLock { $0.seen } }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in state.withLock({ $0.open }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func serve(_ connection: Int32) {
        var stamps = ServerStamps()
        defer { state.withLock { $0.seen.append(stamps) } }
        guard let request = read(from: connection, &stamps) else { return }
        stamps.bodyRead = request
        func write(_ text: String) {
            stamps.lastWrite = Self.now
            if stamps.firstWrite == 0 { stamps.firstWrite = stamps.lastWrite }
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                stamps.bytesWritten += count
                rest = rest.dropFirst(count)
            }
        }
        if pace.isInterim { write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") }
        usleep(UInt32(pace.answer * 1000))
        if pace.isSilent {
            // Until the client goes.
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
            return
        }
        let body = #"{"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}"#
        write(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Connection: close\r\n\r\n" + body.prefix(20))
        usleep(UInt32(pace.body * 1000))
        write(String(body.dropFirst(20)))
        // Not by a reset of what the client may not have read yet.
        shutdown(connection, Int32(SHUT_WR))
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    /// The body's length; nil when the client went before the request's end.
    private func read(from connection: Int32, _ stamps: inout ServerStamps) -> Int? {
        var bytes: [UInt8] = []
        func more(atMost size: Int) -> Bool {
            var chunk = [UInt8](repeating: 0, count: size)
            let count = recv(connection, &chunk, size, 0)
            guard count > 0 else { return false }
            stamps.lastRead = Self.now
            if stamps.firstRead == 0 { stamps.firstRead = stamps.lastRead }
            stamps.bytesRead += count
            if bytes.count < 16 << 10 { bytes += chunk[..<count] }
            return true
        }
        var head: Range<Int>?
        while head == nil {
            guard more(atMost: 256) else { return nil }
            head = bytes.indices.dropLast(3).first { bytes[$0..<($0 + 4)].elementsEqual([13, 10, 13, 10]) }.map { 0..<($0 + 4) }
        }
        let text = String(decoding: bytes[head!], as: UTF8.self).lowercased()
        let length =
            text.components(separatedBy: "content-length: ").dropFirst().first
            .flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        usleep(UInt32(pace.upload * 1000))
        stamps.resumed = Self.now
        if !pace.reads { return length }
        while stamps.bytesRead < head!.count + length { guard more(atMost: 4096) else { return nil } }
        return length
    }
}
