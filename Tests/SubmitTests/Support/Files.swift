// What a test of files asks of its directory, and this target's fixtures.

import Foundation
import TestSupport

extension ScratchDirectory {
    func text(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file(name))[.posixPermissions] as? Int
    }

    /// Every file in it whose bytes contain `needle`, with its mode.
    func holding(_ needle: String) -> [String: Int] {
        var found: [String: Int] = [:]
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
            guard let data = FileManager.default.contents(atPath: file(name)) else { continue }
            if data.range(of: Data(needle.utf8)) != nil { found[name] = (try? mode(name)) ?? 0 }
        }
        return found
    }
}

enum SubmitFixture {
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)").path
    }
}
