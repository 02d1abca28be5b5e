// What is read of a file that has no end, or is larger than anything of its kind.

import Foundation
import Testing

@testable import Base

@Suite struct FileBytesTests {
    private func reason(_ body: () throws -> FileBytes) -> String {
        do {
            let bytes = try body()
            defer { bytes.release() }
            return "\(bytes.buffer.count)"
        } catch { return (error as? FileBytes.Failure)?.reason ?? "\(error)" }
    }

    /// What cannot be JSON is not read further than its first block.
    @Test func whatIsNoJSONIsNotReadOn() throws {
        let bytes = try FileBytes(path: "/dev/zero")
        defer { bytes.release() }
        #expect(bytes.buffer.count == 1 << 20)
    }

    /// Pipes of what could be JSON.
    @Test(arguments: [(1000, "1000"), (4096, "4096"), (4097, "is larger than 0 MiB")])
    func aPipeHasALimit(_ size: Int, _ expected: String) throws {
        let pipe = Pipe()
        let block = [UInt8](repeating: UInt8(ascii: "["), count: size)
        #expect(block.withUnsafeBytes { write(pipe.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count) } == size)
        try pipe.fileHandleForWriting.close()
        let path = "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(reason { try FileBytes(path: path, pipeLimit: 4096) } == expected)
    }

    @Test func aFileHasALimit() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { unlink(path) }
        try Data().write(to: URL(filePath: path))
        #expect(truncate(path, 3 << 20) == 0)
        #expect(reason { try FileBytes(path: path, limit: 3 << 20) } == "\(3 << 20)")
        #expect(reason { try FileBytes(path: path, limit: 2 << 20) } == "is larger than 2 MiB")
    }
}
