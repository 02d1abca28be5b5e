// A directory of one test to plant things in, and the ways to look at them without following a link.

import Foundation
import Testing

package final class Place: Sendable {
    package let directory: String

    package init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "sml-place-\(UUID().uuidString)").path
        #expect(mkdir(directory, 0o755) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    package func path(_ name: String) -> String { "\(directory)/\(name)" }

    @discardableResult package func file(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        #expect(chmod(path(name), mode) == 0)
        return path(name)
    }

    package func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    package func status(_ name: String) throws -> stat {
        var status = stat()
        #expect(lstat(path(name), &status) == 0, "\(name)")
        return status
    }

    package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted() }
}

/// Another user, for one thread: Linux keeps the user of file accesses for each thread. Glibc's Swift module lacks the call.
package enum Other {
    package static func user<Value>(_ id: uid_t, _ body: () throws -> Value) throws -> Value {
        let set = unsafeBitCast(
            try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "setfsuid")), to: (@convention(c) (uid_t) -> Int32).self)
        _ = set(id)
        defer { _ = set(0) }
        return try body()
    }
}
