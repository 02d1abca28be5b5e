import Base
import Glibc
import Testing

@Suite struct FileLookTests {
    @Test func whatIsThereIsSeen() throws {
        let directory = "/tmp/sml-look-\(UInt64.random(in: .min ... .max))"
        try Directories.make(directory)
        defer { _ = ["a", "b", ""].map { remove("\(directory)/\($0)") } }
        try WholeFile.write([1, 2, 3], to: "\(directory)/a", mode: 0o755)
        try #require(symlink("a", "\(directory)/b") == 0)

        #expect(try FileLook.names(in: directory).sorted() == ["a", "b"])
        #expect(FileLook.isThere("\(directory)/b") && !FileLook.isThere("\(directory)/c"))
        #expect(FileLook.isExecutable("\(directory)/a") && !FileLook.isExecutable("\(directory)/c"))
        #expect(FileLook.link("\(directory)/b") == "a" && FileLook.link("\(directory)/a") == nil)
        #expect(FileLook.changed("\(directory)/a") ?? 0 > 1_700_000_000_000_000_000 && FileLook.changed("\(directory)/c") == nil)
        #expect(throws: FileError(action: "list", path: "\(directory)/a", message: "Not a directory")) {
            try FileLook.names(in: "\(directory)/a")
        }
    }

    @Test func aPieceIsRead() throws {
        let path = "/tmp/sml-piece-\(UInt64.random(in: .min ... .max))"
        try WholeFile.write(Array(0..<200), to: path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer {
            close(file)
            unlink(path)
        }
        #expect(readBytes(upTo: 3, from: file, at: 100) == [100, 101, 102])
        #expect(readBytes(upTo: 3, from: file, at: 199) == [199])
        #expect(readBytes(upTo: 3, from: file, at: .max) == nil || readBytes(upTo: 3, from: file, at: .max) == [])
        #expect(readBytes(upTo: 300, from: file)?.count == 200)
        #expect(readBytes(upTo: 3, from: -1) == nil)
    }

    /// What comes in pieces is read to the limit all the same.
    @Test func aPipeIsReadToItsEndOrTheLimit() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(writeAll([1, 2, 3], to: ends[1]))
        #expect(readBytes(upTo: 2, from: ends[0]) == [1, 2])
        close(ends[1])
        #expect(readBytes(upTo: 2, from: ends[0]) == [3])
    }
}
