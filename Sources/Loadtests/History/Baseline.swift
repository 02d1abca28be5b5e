// The run that others are compared with: pinned once, then `compare --baseline` after every run, as continuous integration does
// it.

import Base
import Glibc
import Submit

/// The pinned run of this machine.
package struct Baseline: Sendable {
    /// As it was named when it was pinned, and where it is.
    package struct Pinned: Sendable, Equatable {
        package var name: String
        package var path: String
    }

    package let file: String

    package init(environment: [String: String]) { file = ConfigurationFile.directory(environment: environment) + "/baseline.json" }

    /// Nil when none is pinned.
    package var pinned: Pinned? {
        guard let document = readFile(file, limit: 1 << 16).flatMap({ try? JSON.parse($0) }), let name = document["name"]?.text,
            let path = document["path"]?.text
        else { return nil }
        return Pinned(name: name, path: path)
    }

    /// - Parameter path: absolute.
    /// - Throws: ``FileError``.
    package func pin(_ name: String, path: String) throws {
        try Directories.make(PathText.parent(of: file))
        try WholeFile.write(JSON.object([("name", .string(name)), ("path", .string(path))]).bytes(indentation: 2) + [0x0A], to: file)
    }

    package func clear() { unlink(file) }
}
