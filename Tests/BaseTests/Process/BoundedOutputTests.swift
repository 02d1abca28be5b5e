// Output that nobody takes: what is written comes out whole or is given up in time, and what the other end shares stays
// as it was.

import Glibc
import Testing

@testable import Base

@Suite struct BoundedOutputTests {
    private struct Pipe: ~Copyable {
        let reader: Int32
        let writer: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            close(reader)
            close(writer)
        }

        func take(_ count: Int) -> String {
            var bytes = [UInt8](repeating: 0, count: count)
            return String(decoding: bytes[..<max(0, read(reader, &bytes, count))], as: UTF8.self)
        }
    }

    @Test func aFullPipeIsNotWaitedFor() throws {
        let pipe = try Pipe()
        let output = BoundedOutput(pipe.writer)
        #expect(!output.isTerminal)
        #expect(output.write("first\n", patience: .zero) == .written)
        let much = String(repeating: "x", count: 1 << 20)
        #expect(output.write(much, patience: .zero) == .stuck)
        let begun = ContinuousClock.now
        #expect(output.write("lost\n", patience: .seconds(60)) == .stuck)
        // The second text of a reader who does not read is not waited for at all.
        #expect(ContinuousClock.now - begun < .seconds(30))
        #expect(pipe.take(6) == "first\n")
        // Others have the same pipe, and expect their writes to wait.
        #expect(fcntl(pipe.writer, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test func aReaderWhoComesBackGetsTheNextText() throws {
        let pipe = try Pipe()
        let output = BoundedOutput(pipe.writer)
        #expect(output.write(String(repeating: "x", count: 1 << 20), patience: .zero) == .stuck)
        _ = fcntl(pipe.reader, F_SETFL, O_NONBLOCK)
        while !pipe.take(65536).isEmpty {}
        #expect(output.write("back\n", patience: .zero) == .written)
        #expect(pipe.take(100) == "back\n")
    }

    @Test func aReaderWhoWentAwayIsAnError() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        signal(SIGPIPE, SIG_IGN)
        let output = BoundedOutput(ends[1])
        close(ends[0])
        #expect(output.write("x", patience: nil) == .failed(EPIPE))
        close(ends[1])
    }

    /// A socket cannot be opened again; srun's output may be one.
    @Test func aFullSocketIsNotWaitedFor() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let output = BoundedOutput(ends[0])
        #expect(output.write(String(repeating: "x", count: 8 << 20), patience: .milliseconds(10)) == .stuck)
        ends.forEach { close($0) }
    }

    @Test func aFileTakesEverything() throws {
        var name = Array("/tmp/sml-bounded-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        unlink(name)
        try #require(descriptor >= 0)
        #expect(BoundedOutput(descriptor).write(String(repeating: "x", count: 1 << 20), patience: .zero) == .written)
        #expect(lseek(descriptor, 0, SEEK_END) == 1 << 20)
        close(descriptor)
    }

    @Test func aFullDiskIsAnError() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        #expect(BoundedOutput(descriptor).write("x", patience: .zero) == .failed(ENOSPC))
        close(descriptor)
    }
}
