// A strict HTTP server on loopback that answers as told: errors, pauses, broken answers, or nothing at all. It keeps
// every request whole, so that a test can look at headers and body as they were on the wire.

import Glibc
import Synchronization

/// One request as received.
package struct ReceivedRequest: Sendable {
    package let requestLine: String
    /// In the order of arrival, names as sent.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Counts connections from 0, so that keep-alive is visible.
    package let connection: Int
    package let time: ContinuousClock.Instant

    package subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What to do with one request.
package enum ScriptedAnswer: Sendable {
    case status(Int, headers: [String: String] = [:], body: String = "")
    /// These bytes, such as a compressed body.
    case bytes([UInt8], status: Int = 200, headers: [String: String] = [:])
    /// Announce all of the body, send this much of it, then close.
    case truncated(Int, headers: [String: String] = [:], body: [UInt8], sent: Int)
    /// Answer 204 after a pause.
    case slow(Duration)
    /// Read the request and never answer.
    case hang
    /// Announce a longer body than is sent, then close.
    case closeMidAnswer
    /// Close without a byte.
    case close
    /// An answer that goes on for as long as the client reads.
    case endless
}

/// Answers requests with `script` in order; the last answer is repeated. Or asks a handler for each answer. Stop and start it to be away for a while.
package final class ScriptedReceiver: Sendable {
    private struct State {
        var listener: Int32?
        var script: [ScriptedAnswer]
        var requests: [ReceivedRequest] = []
        var open: Set<Int32> = []
        var connections = 0
    }

    package let port: UInt16
    private let state: Mutex<State>
    private let handler: (@Sendable (ReceivedRequest) -> ScriptedAnswer)?

    package convenience init(_ script: [ScriptedAnswer] = [.status(204)], isListening: Bool = true) throws {
        try self.init(script: script, isListening: isListening, handler: nil)
    }

    /// A server with a mind of its own; `handler` is called on the thread of each connection.
    package convenience init(handler: @escaping @Sendable (ReceivedRequest) -> ScriptedAnswer) throws {
        try self.init(script: [], isListening: true, handler: handler)
    }

    private init(
        script: [ScriptedAnswer], isListening: Bool, handler: (@Sendable (ReceivedRequest) -> ScriptedAnswer)?
    ) throws {
        let (listener, port) = try LoopbackSocket.listen(port: 0)
        self.port = port
        self.handler = handler
        state = Mutex(State(listener: listener, script: script))
        if isListening { accept(on: listener) } else { stop() }
    }

    deinit { stop() }

    package var url: String { "http://127.0.0.1:\(port)/api/v1/write" }
    package var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    /// What comes next; replaces the rest of the script.
    package func answer(_ script: ScriptedAnswer...) { state.withLock { $0.script = script } }

    /// Refuses connections and ends those there are.
    package func stop() {
        let (listener, open) = state.withLock { state in
            defer { state.listener = nil }
            return (state.listener, state.open)
        }
        if let listener {
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
        }
        // The thread of each connection closes it; this only wakes the thread.
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Listens again on the same port.
    package func start() throws {
        let listener = try LoopbackSocket.listen(port: port).descriptor
        state.withLock { $0.listener = listener }
        accept(on: listener)
    }

    private func accept(on listener: Int32) {
        detach { [weak self] in
            while true {
                let descriptor = Glibc.accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                LoopbackSocket.limit(descriptor, seconds: 20)
                guard let self else {
                    close(descriptor)
                    return
                }
                let number = self.state.withLock { state in
                    state.open.insert(descriptor)
                    state.connections += 1
                    return state.connections - 1
                }
                detach { [weak self] in
                    Self.serve(descriptor, number: number) { self }
                    self?.state.withLock { _ = $0.open.remove(descriptor) }
                    close(descriptor)
                }
            }
        }
    }

    /// The receiver is asked for anew at each request: a test that has ended lets go of it.
    private static func serve(_ descriptor: Int32, number: Int, receiver: () -> ScriptedReceiver?) {
        var buffer: [UInt8] = []
        while let request = readRequest(descriptor, connection: number, buffer: &buffer) {
            guard let answer = receiver()?.next(request) else { return }
            guard reply(answer, to: descriptor) else { return }
        }
    }

    private func next(_ request: ReceivedRequest) -> ScriptedAnswer {
        if let handler {
            state.withLock { $0.requests.append(request) }
            return handler(request)
        }
        return state.withLock { state in
            state.requests.append(request)
            return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
        }
    }

    /// False if the connection is to be closed.
    private static func reply(_ answer: ScriptedAnswer, to descriptor: Int32) -> Bool {
        switch answer {
        case .status(let status, let headers, let body):
            return reply(.bytes(Array(body.utf8), status: status, headers: headers), to: descriptor)
        case .bytes(let body, let status, let headers):
            LoopbackSocket.send(head(status, headers, length: body.count) + body, to: descriptor)
            return true
        case .truncated(let status, let headers, let body, let sent):
            LoopbackSocket.send(head(status, headers, length: body.count) + body.prefix(sent), to: descriptor)
            return false
        case .slow(let pause):
            usleep(UInt32(pause / .microseconds(1)))
            return reply(.status(204), to: descriptor)
        case .hang:
            _ = LoopbackSocket.receive(from: descriptor)
            return false
        case .closeMidAnswer:
            LoopbackSocket.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".utf8), to: descriptor)
            return false
        case .close: return false
        case .endless:
            LoopbackSocket.send(
                Array("HTTP/1.1 500 Scripted\r\nContent-Length: 1000000000\r\n\r\n".utf8), to: descriptor)
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 10)
            for _ in 0..<1000 { LoopbackSocket.send(chunk, to: descriptor) }
            return false
        }
    }

    private static func head(_ status: Int, _ headers: [String: String], length: Int) -> [UInt8] {
        var head = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(length)\r\n"
        if status == 204 { head = "HTTP/1.1 204 No Content\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8)
    }

    private static func readRequest(
        _ descriptor: Int32, connection: Int, buffer: inout [UInt8]
    ) -> ReceivedRequest? {
        let separator = Array("\r\n\r\n".utf8)
        func headEnd() -> Int? {
            guard buffer.count >= 4 else { return nil }
            return (0...(buffer.count - 4)).first { Array(buffer[$0..<($0 + 4)]) == separator }
        }
        var end = headEnd()
        while end == nil {
            guard let more = LoopbackSocket.receive(from: descriptor) else { return nil }
            buffer += more
            end = headEnd()
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (name: String(line[..<colon]), value: String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        buffer.removeFirst(end + 4)
        while buffer.count < length {
            guard let more = LoopbackSocket.receive(from: descriptor) else { return nil }
            buffer += more
        }
        let body = Array(buffer[..<length])
        buffer.removeFirst(length)
        return ReceivedRequest(
            requestLine: lines.first.map(String.init) ?? "", headers: headers, body: body, connection: connection,
            time: .now)
    }
}

/// A thread of its own: these block, which Swift's and Dispatch's pools must not.
private func detach(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    if status == 0 { pthread_detach(thread) } else { box.release() }
}

private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
