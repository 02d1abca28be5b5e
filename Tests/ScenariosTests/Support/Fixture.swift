// Golden files and temporary folders of these tests.

import Foundation
import Base
import Scenarios

enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name)")))
    }

    static func json(_ name: String) throws -> JSON {
        try JSON.parse(String(decoding: bytes(name), as: UTF8.self))
    }
}

/// A folder that is gone when the test is over.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/scenarios-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

extension JSON {
    var int: Int? { integer.map { Int($0) } }
}

extension Corpus {
    static func load(text: String, options: CorpusOptions = CorpusOptions()) throws(ConfigurationError) -> Corpus {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { (buffer) throws(ConfigurationError) in
            try Corpus.load(bytes: UnsafeRawBufferPointer(buffer), file: "prompts.json", options: options)
        }
    }

    func text(_ index: Int) -> String { String(decoding: body(at: index), as: UTF8.self) }
}
