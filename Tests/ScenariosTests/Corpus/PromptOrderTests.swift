// The shuffle against every vector recorded from k6, whole orders by their SHA-256.

import Foundation
import Testing

@testable import Scenarios

@Suite struct PromptOrderTests {
    @Test func generatorStates() throws {
        let vectors = try #require(try Fixture.json("prompt_order.json")["lcg_states_first8"]).members
        #expect(vectors.count == 5)
        for vector in vectors {
            var generator = ScriptLCG(seed: try #require(Int64(vector.key)))
            for state in vector.value.elements {
                _ = generator.next()
                #expect(Int(generator.state) == state.integer)
            }
        }
    }

    @Test func orders() throws {
        let vectors = try #require(try Fixture.json("prompt_order.json")["orders"]).members
        #expect(vectors.count == 56)
        var texts: [String] = []
        var hashes: [String] = []
        for vector in vectors {
            let parts = vector.key.split(separator: ",").map { $0.split(separator: "=")[1] }
            let count = try #require(Int(parts[0]))
            let order = PromptOrder(count: count, seed: try #require(Int64(parts[1])))
            let indices = (0..<count).map { order.prompt(forIteration: $0) }
            #expect(Array(indices.prefix(20)) == vector.value["first20"]?.elements.map(\.integer))
            #expect(Array(indices.suffix(3)) == vector.value["last3"]?.elements.map(\.integer))
            #expect(order.prompt(forIteration: count) == indices[0])
            texts.append("[" + indices.map(String.init).joined(separator: ",") + "]")
            hashes.append(try #require(vector.value["sha256_of_json_array"]?.text))
        }
        #expect(try sha256(texts) == hashes)
    }

    /// The tool, so that no hash is implemented for a test.
    private func sha256(_ texts: [String]) throws -> [String] {
        let folder = try TemporaryFolder()
        let files = try texts.enumerated().map { try folder.write("\($0)", $1) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = files
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map { String($0.prefix(64)) }
    }
}
