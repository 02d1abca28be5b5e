// What somebody else has put where a file of ours will go: nothing of it is followed, kept or shared.

import Foundation
import Base
import TestSupport
import Testing

@testable import Scenarios

@Suite struct OutputFileTests {
    private let place: Place

    init() throws { place = try Place() }

    /// The ways to write that exist, each to one text.
    enum Writer: CaseIterable {
        case whole, stream, secret

        func write(_ text: String, to path: String) throws {
            switch self {
            case .whole: try WholeFile.write(Array(text.utf8), to: path)
            case .secret: try WholeFile.write(Array(text.utf8), to: path, mode: 0o600)
            case .stream:
                let descriptor = try NewFile.open(path)
                defer { close(descriptor) }
                #expect(writeAll(Array(text.utf8), to: descriptor))
            }
        }
    }

    @Test(arguments: Writer.allCases) func aPlantedLinkIsNotFollowed(_ writer: Writer) throws {
        let victim = try place.file("victim", "precious", mode: 0o600)
        let path = place.path("result")
        #expect(symlink(victim, path) == 0)
        // A whole file takes the link's place; a stream, which has begun when it is noticed, refuses it.
        if writer == .stream {
            #expect(throws: FileError(action: "create", path: path, message: "is a symbolic link; name the file itself or remove it")) {
                try writer.write("new", to: path)
            }
        } else {
            try writer.write("new", to: path)
            #expect(try place.text("result") == "new")
        }
        #expect(try place.text("victim") == "precious")
        #expect(try place.status("victim").st_mode & 0o777 == 0o600)
    }

    @Test(arguments: Writer.allCases) func aPlantedHardLinkKeepsWhatItNamed(_ writer: Writer) throws {
        let victim = try place.file("victim", "precious", mode: 0o600)
        let path = place.path("result")
        #expect(link(victim, path) == 0)
        try writer.write("new", to: path)
        #expect(try place.text("result") == "new")
        #expect(try place.text("victim") == "precious")
        #expect(try place.status("victim").st_nlink == 1)
        #expect(try place.status("victim").st_mode & 0o777 == 0o600)
    }

    @Test(arguments: Writer.allCases) func aDirectoryInThePlaceIsNamed(_ writer: Writer) throws {
        #expect(mkdir(place.path("result"), 0o755) == 0)
        let error = #expect(throws: FileError.self) { try writer.write("new", to: place.path("result")) }
        #expect(error?.description.hasPrefix(place.path("result") + ": cannot ") == true)
        #expect(error?.message == "Is a directory")
        #expect(place.names == ["result"])
    }

    /// The one who made the file before us would go on reading it, and could write to it.
    @Test(.enabled(if: geteuid() == 0), arguments: Writer.allCases)
    func anotherUsersFileIsReplacedByOneOfOurs(_ writer: Writer) throws {
        let path = try place.file("result", "", mode: 0o666)
        #expect(chown(path, 4321, 4321) == 0)
        let theirs = open(path, O_RDWR)
        defer { close(theirs) }
        try writer.write("new", to: path)
        #expect(try place.status("result").st_uid == 0)
        #expect(try place.status("result").st_mode & 0o022 == 0)
        #expect(lseek(theirs, 0, SEEK_END) == 0)
    }

    /// What an unprivileged user gets where somebody else's file cannot be taken away.
    @Test(.enabled(if: geteuid() == 0), arguments: Writer.allCases)
    func inAStickyDirectoryAnotherUsersFileStaysAndIsAnError(_ writer: Writer) throws {
        #expect(chmod(place.directory, 0o1777) == 0)
        let path = try place.file("result", "theirs", mode: 0o666)
        #expect(chown(path, 4321, 4321) == 0 && chown(place.directory, 0, 0) == 0)
        let error = try Other.user(4322) {
            #expect(throws: FileError.self) { try writer.write("new", to: path) }
        }
        #expect(error?.action == "replace")
        #expect(try place.text("result") == "theirs")
        #expect(place.names == ["result"])
    }

    @Test func theUsersMaskIsRespectedAndASecretIsTheOwnersOnly() throws {
        // The mask is the whole process's; what is asked of it here is only what a narrower one leaves.
        let mask = umask(0)
        umask(mask)
        for writer in Writer.allCases {
            try writer.write("x", to: place.path("result"))
            let mode = try place.status("result").st_mode & 0o777
            #expect(mode == (writer == .secret ? 0o600 : 0o644) & ~mask, "\(writer)")
        }
    }

    @Test func nothingGuessableLiesBesideTheFileMeanwhile() throws {
        let names = try (0..<20).map { _ in
            let file = try TemporaryFile(for: place.path("summary.json"), mode: 0o644)
            #expect(try place.status(URL(filePath: file.path).lastPathComponent).st_mode & 0o777 & ~0o644 == 0)
            return file.path
        }
        #expect(Set(names).count == 20)
        #expect(names.allSatisfy { $0.hasPrefix(place.path("summary.json.tmp-")) && !$0.hasSuffix("-\(getpid())") })
        #expect(place.names.isEmpty)
    }

    @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
        try place.file("result", "old")
        let file = try TemporaryFile(for: place.path("result"), mode: 0o644)
        try file.write(Array("half".utf8))
        #expect(place.names.count == 2)
        withExtendedLifetime(file) {}
        let missing = place.path("none/result")
        #expect(throws: FileError.system("create", missing, code: ENOENT)) { try WholeFile.write([], to: missing) }
        #expect(try place.text("result") == "old")
    }

    @Test func aPipeIsWrittenToAndOursStreamsAre() throws {
        let path = place.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let writer = try NewFile.open(path)
        #expect(writeAll(Array("abc".utf8), to: writer))
        close(writer)
        var bytes = [UInt8](repeating: 0, count: 8)
        #expect(read(reader, &bytes, 8) == 3)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let own = try NewFile.open("/dev/fd/\(ends[1])")
        #expect(writeAll(Array("de".utf8), to: own))
        #expect(read(ends[0], &bytes, 8) == 2)
        for descriptor in ends + [own] { close(descriptor) }
    }

    @Test(.enabled(if: geteuid() == 0)) func anotherUsersPipeIsNotWrittenTo() throws {
        let path = place.path("pipe")
        #expect(mkfifo(path, 0o666) == 0 && chown(path, 4321, 4321) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        #expect(throws: FileError(action: "write to", path: path, message: "belongs to another user")) { try NewFile.open(path) }
    }
}

@Suite struct OutputDirectoryTests {
    private let place: Place

    init() throws { place = try Place() }

    @Test func aPrivateDirectoryIsTightenedButNotThroughALink() throws {
        #expect(mkdir(place.path("own"), 0o755) == 0)
        try Directories.makePrivate(place.path("own"))
        #expect(try place.status("own").st_mode & 0o777 == 0o700)
        #expect(mkdir(place.path("victim"), 0o755) == 0 && symlink("victim", place.path("link")) == 0)
        #expect(throws: FileError(action: "be used", path: place.path("link"), message: "Not a directory")) {
            try Directories.makePrivate(place.path("link"))
        }
        #expect(try place.status("victim").st_mode & 0o777 == 0o755)
    }

    @Test(.enabled(if: geteuid() == 0)) func anotherUsersDirectoryIsNoPrivateOne() throws {
        #expect(mkdir(place.path("theirs"), 0o700) == 0 && chown(place.path("theirs"), 4321, 4321) == 0)
        #expect(throws: FileError(action: "be used", path: place.path("theirs"), message: "belongs to another user")) {
            try Directories.makePrivate(place.path("theirs"))
        }
    }

    @Test func parentsAreMadeAndAFileInTheWayIsNamed() throws {
        try Directories.make(place.path("a/b/c"), lastMode: 0o700)
        #expect(try place.status("a/b/c").st_mode & 0o777 == 0o700)
        try place.file("a/file", "")
        #expect(throws: FileError(action: "be created", path: place.path("a/file/d"), message: "Not a directory")) {
            try Directories.make(place.path("a/file/d"))
        }
    }
}

@Suite struct SharedFileTests {
    private let place: Place

    init() throws { place = try Place() }

    @Test func isMadeOnceAndFoundAgain() throws {
        let first = try SharedFile.open(place.path("note"))
        #expect(writeAll([1, 2], to: first))
        close(first)
        let second = try SharedFile.open(place.path("note"))
        #expect(lseek(second, 0, SEEK_END) == 2)
        close(second)
    }

    @Test func noLinkIsTakenForIt() throws {
        let victim = try place.file("victim", "precious")
        #expect(symlink(victim, place.path("soft")) == 0 && link(victim, place.path("hard")) == 0)
        #expect(throws: FileError.system("open", place.path("soft"), code: ELOOP)) { try SharedFile.open(place.path("soft")) }
        #expect(throws: FileError(action: "be used", path: place.path("hard"), message: "is a link to another file")) {
            try SharedFile.open(place.path("hard"))
        }
        #expect(mkfifo(place.path("pipe"), 0o600) == 0)
        #expect(throws: FileError(action: "be used", path: place.path("pipe"), message: "is not a regular file")) {
            try SharedFile.open(place.path("pipe"))
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func anotherUsersIsNotUsedUnlessTheDirectoryIsTheirsToo() throws {
        let path = try place.file("note", "go", mode: 0o666)
        #expect(chown(path, 4321, 4321) == 0)
        #expect(throws: FileError(action: "be used", path: path, message: "belongs to another user")) { try SharedFile.open(path) }
        // As a network file system shows everything that root made.
        #expect(chown(place.directory, 4321, 4321) == 0)
        close(try SharedFile.open(path))
    }
}
