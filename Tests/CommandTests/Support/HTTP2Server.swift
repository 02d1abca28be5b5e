// An HTTP/2 server that does one thing wrong. OpenSSL's `s_server` speaks TLS and ALPN; the frames that it passes on are
// read and written here by hand (RFC 9113 §4.1), because no well-behaved server sends what these tests need.

import Foundation
import TestSupport
import Testing

/// One connection at a time, which is what `s_server` offers.
final class HTTP2Server: Sendable {
    enum Reaction: Sendable {
        case answer
        case resetStream(UInt32)
        /// Headers and some of the body before it.
        case resetInBody(UInt32)
        /// With the last stream 0: none was processed.
        case goAway(UInt32)
        /// CONTINUATION frames without an end.
        case continuations
        /// One header of 4 kB, named ten thousand times by its index: 40 MB out of 14 kB (HPACK).
        case headerBomb
        /// DATA on stream 0.
        case forbiddenFrame
        case closeInBody
    }

    private let reserved: ReservedPort
    var port: UInt16 { reserved.number }
    let authority: [String: String]
    private let processID: Int32
    var url: String { "https://localhost:\(port)" }

    private init(reserved: ReservedPort, authority: [String: String], processID: Int32) {
        self.reserved = reserved
        self.authority = authority
        self.processID = processID
    }

    /// - Parameters:
    ///   - options: of `s_server`.
    ///   - namesHost: its certificate has its host as a subject alternative name, not as its common name only.
    static func start(
        _ reaction: Reaction, in scratch: Scratch, options: [String] = [], namesHost: Bool = true
    ) async throws -> HTTP2Server {
        try await NginxFront.certificates(scratch, namesHost: namesHost)
        let authority = ["SSL_CERT_FILE": scratch.file("ca.pem")]
        let reserved = try ReservedPort()
        let port = reserved.number
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", scratch.file("server.pem"), "-key",
                scratch.file("server.key"), "-alpn", "h2", "-quiet",
            ] + options
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let id = process.processIdentifier
        let (reading, writing) = (output.fileHandleForReading, input.fileHandleForWriting)
        Thread.detachNewThread {
            // The pipes, and so the process's ends of them, live as long as the conversation.
            withExtendedLifetime((input, output)) {
                var conversation = Conversation(reaction: reaction)
                while true {
                    let bytes = [UInt8](reading.availableData)
                    guard !bytes.isEmpty else { return }
                    conversation.receive(bytes)
                    if let piece = conversation.next() {
                        guard (try? writing.write(contentsOf: Data(piece))) != nil else { return }
                    } else if conversation.isToBeCut {
                        kill(id, SIGKILL)
                        return
                    }
                }
            }
        }
        try await eventually("s_server listens") { !process.isRunning || canConnect(port) }
        guard process.isRunning else { throw Program.Failure(description: "openssl s_server does not start") }
        return HTTP2Server(reserved: reserved, authority: authority, processID: id)
    }

    // Not SIGTERM: children inherit the signal mask of the test's worker threads, which block it.
    func stop() { kill(processID, SIGKILL) }
}

/// The frames of one connection after the other, as one stream of bytes. Behind each piece of an answer goes a PING, and
/// the next piece waits for its acknowledgement: then the client has dealt with the first.
private struct Conversation {
    let reaction: HTTP2Server.Reaction
    private var pending: [UInt8] = []
    private var pieces: [[UInt8]] = []
    private var isPinging = false
    private var closes = false
    /// All is said and dealt with, and the end of the connection is what comes next.
    var isToBeCut: Bool { closes && pieces.isEmpty && !isPinging }
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    init(reaction: HTTP2Server.Reaction) { self.reaction = reaction }

    /// What is to be written now, if anything is.
    mutating func next() -> [UInt8]? {
        guard !isPinging, !pieces.isEmpty else { return nil }
        isPinging = true
        return pieces.removeFirst() + Self.frame(type: 6, flags: 0, stream: 0, Array("answered".utf8))
    }

    mutating func receive(_ bytes: [UInt8]) {
        pending += bytes
        while true {
            if pending.starts(with: Self.preface) {
                // A new connection: our settings come first.
                pending.removeFirst(Self.preface.count)
                pieces = [Self.frame(type: 4, flags: 0, stream: 0)]
                isPinging = false
                continue
            }
            guard pending.count >= 9 else { break }
            let length = Int(pending[0]) << 16 | Int(pending[1]) << 8 | Int(pending[2])
            guard pending.count >= 9 + length else { break }
            let (type, flags) = (pending[3], pending[4])
            let stream = pending[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            pending.removeFirst(9 + length)
            if type == 6, flags & 1 == 1 { isPinging = false }
            // The end of a request: HEADERS or DATA with END_STREAM.
            if type <= 1, flags & 1 == 1 {
                pieces += react(to: stream)
                if case .closeInBody = reaction { closes = true }
            }
        }
    }

    private func react(to stream: UInt32) -> [[UInt8]] {
        // HPACK's static index 8: `:status: 200`.
        let head = Self.frame(type: 1, flags: 4, stream: stream, [0x88])
        func code(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        switch reaction {
        case .answer:
            return [head + Self.frame(type: 0, flags: 1, stream: stream, Array(#"{"choices":[{}]}"#.utf8))]
        case .resetStream(let error):
            return [Self.frame(type: 3, flags: 0, stream: stream, code(error))]
        case .resetInBody(let error):
            return [
                head + Self.frame(type: 0, flags: 0, stream: stream, Array("{\"a\":".utf8)),
                Self.frame(type: 3, flags: 0, stream: stream, code(error)),
            ]
        case .goAway(let error):
            return [Self.frame(type: 7, flags: 0, stream: 0, code(0) + code(error))]
        case .continuations:
            // More than a hundred times what a server needs for the headers of an answer.
            let flood = (0..<1000).flatMap { _ in Self.frame(type: 9, flags: 0, stream: stream) }
            return [Self.frame(type: 1, flags: 0, stream: stream, [0x88]) + flood]
        case .headerBomb:
            // Literal with incremental indexing, name "a", value of 4,000 bytes; then the first entry of the dynamic table.
            let value = [UInt8](repeating: 0x76, count: 4000)
            let header: [UInt8] = [0x40, 1, 0x61, 0x7F, UInt8((4000 - 127) % 128 | 0x80), UInt8((4000 - 127) / 128)] + value
            let block = [0x88] + header + [UInt8](repeating: 0xBE, count: 10_000)
            return [Self.frame(type: 1, flags: 4, stream: stream, block)]
        case .forbiddenFrame:
            return [Self.frame(type: 0, flags: 0, stream: 0, [0x78])]
        case .closeInBody:
            return [head + Self.frame(type: 0, flags: 0, stream: stream, Array("{\"a\":".utf8))]
        }
    }

    private static func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
        [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF), type, flags]
            + (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - 8 * $0)) } + payload
    }
}
