// A TLS server that misbehaves between and after its records, or in HTTP/2 frames written by hand: what openssl's own test
// server cannot do. Python's ssl module over plain sockets, one thread a connection; what it read is its truth.

import Foundation

/// What a ``TLSScript`` does. Raw values are the program's argument.
package enum TLSBehaviour: String, Sendable, CaseIterable {
    /// Good answers, in two records each.
    case good
    /// A second answer right behind the first, in a record of its own.
    case secondAnswer = "second-answer"
    /// A second answer 30 ms later.
    case lateAnswer = "late-answer"
    /// An unasked 408, then close_notify and the end.
    case unasked408 = "unasked-408"
    /// After each answer, close_notify and the end.
    case closeIdle = "close-idle"
    /// The second request on a connection is read, and the connection reset 300 ms later.
    case resetWorking = "reset-working"
    /// A body that ends with the stream: announced by close_notify.
    case streamEnds = "stream-ends"
    /// The same, cut between two records and inside one.
    case streamCut = "stream-cut"
    case streamCutInRecord = "stream-cut-in-record"
    /// HTTP/2: SETTINGS, PING and WINDOW_UPDATE on the idle connection.
    case http2Idle = "h2-idle"
    /// HTTP/2: the second request on a connection is refused, as not worked on.
    case http2Refuse = "h2-refuse"
    /// HTTP/2: GOAWAY names the first stream as the last one worked on, when the second request is there; then the end.
    case http2GoAway = "h2-goaway"
    /// HTTP/2: the second request on a connection is read, and the connection reset 300 ms later.
    case http2ResetWorking = "h2-reset-working"
    /// HTTP/2: the first request is answered, and when six more have been read the connection is reset.
    case http2ResetSix = "h2-reset-six"
    /// HTTP/2: when seven requests have been read, GOAWAY names the third as the last one worked on, and those are answered.
    case http2GoAwaySeven = "h2-goaway-seven"
    /// HTTP/2: no more than 16 bytes of a body are let through. The answer goes out when the request's head is there, without a
    /// length, and RST_STREAM with NO_ERROR behind it: in a record each, or all in one.
    case http2Early = "h2-early"
    case http2EarlyTogether = "h2-early-together"
    /// HTTP/2: the same with a 429 of no bytes, in one frame and with no RST_STREAM.
    case http2EarlyRefusal = "h2-early-refusal"
}

/// Runs until released.
package final class TLSScript: Sendable {
    package static let python = "/usr/bin/python3"
    package static var isAvailable: Bool { access(python, X_OK) == 0 && TestCertificates.isOpensslInstalled }

    package let port: UInt16
    private let process: ChildProcess
    private let scratch: ScratchDirectory

    package init(_ behaviour: TLSBehaviour, _ certificates: TestCertificates) async throws {
        scratch = try ScratchDirectory()
        let log = scratch.file("log")
        process = try ChildProcess(
            [Self.python, "-u", "-c", Self.program, behaviour.rawValue, certificates.certificate, certificates.key], log: log)
        var found: UInt16?
        _ = await eventually(within: .seconds(30)) {
            found = Self.lines(log).first { $0.hasPrefix("port ") }.flatMap { UInt16($0.dropFirst(5)) }
            return found != nil
        }
        guard let found else {
            throw SpawnFailure(description: "no TLS server: \(Self.lines(log).joined(separator: "\n"))")
        }
        port = found
    }

    package var url: String { "https://127.0.0.1:\(port)/v1/chat/completions" }
    /// Requests it has read whole.
    package var requests: Int { Self.lines(scratch.file("log")).count { $0.hasPrefix("request") } }
    package var connections: Int { Self.lines(scratch.file("log")).count { $0.hasPrefix("connection") } }

    private static func lines(_ file: String) -> [String] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").components(separatedBy: "\n")
    }

    private static let program = #"""
        import socket, ssl, struct, sys, threading, time
        behaviour, certificate, key = sys.argv[1:4]
        h2 = behaviour.startswith("h2")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(["h2"] if h2 else ["http/1.1"])
        lock, over = threading.Lock(), []
        def say(text):
            with lock: print(text)
        def body(tokens):
            return ('{"model":"m","choices":[{"finish_reason":"stop","message":{"content":"x"}}],'
                    '"usage":{"prompt_tokens":3,"completion_tokens":%d}}' % tokens).encode()
        def answer(tokens):
            text = body(tokens)
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text
        class Connection:
            def __init__(self, plain):
                self.plain = plain
                self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
                self.rest = b""
                self.drive(self.tls.do_handshake)
            def flush(self):
                data = self.outgoing.read()
                if data: self.plain.sendall(data)
            def drive(self, action):
                while True:
                    try:
                        result = action()
                        self.flush()
                        return result
                    except ssl.SSLWantReadError:
                        self.flush()
                        data = self.plain.recv(65536)
                        if not data: raise EOFError
                        self.incoming.write(data)
            def read(self, count):
                while len(self.rest) < count:
                    data = self.drive(lambda: self.tls.read(65536))
                    if not data: raise EOFError
                    self.rest += data
                found, self.rest = self.rest[:count], self.rest[count:]
                return found
            def write(self, *records):
                for record in records: self.tls.write(record)
                self.flush()
            def cut_record(self, record):
                self.tls.write(record)
                data = self.outgoing.read()
                self.plain.sendall(data[:len(data) // 2])
            def end(self):
                try: self.tls.unwrap()
                except ssl.SSLError: pass
                self.flush()
                self.plain.shutdown(socket.SHUT_WR)
            def reset(self):
                self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            def request(self):
                head = b""
                while not head.endswith(b"\r\n\r\n"): head += self.read(1)
                length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
                self.read(length[0] if length else 0)
            def frame(self):
                head = self.read(9)
                return head[3], head[4], int.from_bytes(head[5:9], "big"), self.read(int.from_bytes(head[:3], "big"))
        def frame(kind, flags, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
        def http1(connection):
            count = 0
            while True:
                connection.request()
                count += 1
                say("request")
                if behaviour == "reset-working" and count > 1:
                    time.sleep(.3)
                    return connection.reset()
                if behaviour.startswith("stream"):
                    connection.write(b"HTTP/1.1 200 OK\r\n\r\n", body(5)[:40])
                    if behaviour == "stream-cut": return
                    if behaviour == "stream-cut-in-record": return connection.cut_record(body(5)[40:])
                    connection.write(body(5)[40:])
                    return connection.end()
                if behaviour == "second-answer": connection.write(answer(5), answer(9999))
                elif behaviour == "good": connection.write(answer(5)[:50], answer(5)[50:])
                else: connection.write(answer(5))
                if behaviour == "late-answer":
                    time.sleep(.03)
                    connection.write(answer(9999))
                if behaviour == "unasked-408":
                    time.sleep(.03)
                    connection.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                if behaviour in ("unasked-408", "close-idle"):
                    connection.end()
                    return
        def http2(connection):
            connection.read(24)
            early = behaviour.startswith("h2-early")
            connection.write(frame(4, 0, 0, b"\0\4\0\0\0\x10" if early else b""))
            count, streams = 0, []
            while True:
                kind, flags, stream, payload = connection.frame()
                if kind == 4 and not flags & 1: connection.write(frame(4, 1, 0))
                if early and kind == 1:
                    say("request")
                    if behaviour == "h2-early-refusal":
                        connection.write(frame(1, 5, stream, b"\x08\x03429\x0f\x0d\x010"))
                        continue
                    frames = frame(1, 4, stream, b"\x88"), frame(0, 1, stream, body(5)), frame(3, 0, stream, bytes(4))
                    connection.write(*([b"".join(frames)] if behaviour == "h2-early-together" else frames))
                if early or kind not in (0, 1) or not flags & 1: continue
                count += 1
                say("request")
                if count > 1 and behaviour == "h2-refuse":
                    connection.write(frame(3, 0, stream, (7).to_bytes(4, "big")))
                    continue
                if count > 1 and behaviour == "h2-goaway":
                    connection.write(frame(7, 0, 0, (1).to_bytes(4, "big") + (0).to_bytes(4, "big")))
                    return connection.end()
                if count > 1 and behaviour == "h2-reset-working":
                    time.sleep(.3)
                    return connection.reset()
                if behaviour == "h2-reset-six" and count > 1 and not over:
                    if count < 7: continue
                    over.append(1)
                    return connection.reset()
                if behaviour == "h2-goaway-seven" and count > 1 and not over:
                    streams.append(stream)
                    if count < 7: continue
                    connection.write(frame(7, 0, 0, streams[1].to_bytes(4, "big") + (0).to_bytes(4, "big")))
                    for done in streams[:2]: connection.write(frame(1, 4, done, b"\x88"), frame(0, 1, done, body(5)))
                    over.append(1)
                    continue
                connection.write(frame(1, 4, stream, b"\x88"), frame(0, 1, stream, body(5)))
                if behaviour == "h2-idle":
                    time.sleep(.01)
                    connection.write(frame(4, 0, 0), frame(6, 0, 0, b"12345678"), frame(8, 0, 0, (1).to_bytes(4, "big")))
        def serve(plain):
            try:
                say("connection")
                (http2 if h2 else http1)(Connection(plain))
            except (OSError, EOFError, ssl.SSLError): pass
            plain.close()
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        say("port %d" % listener.getsockname()[1])
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=serve, args=(plain,), daemon=True).start()
        """#
}
