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
                #expect(Int(generator.state) == state.int)
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
            #expect(Array(indices.prefix(20)) == vector.value["first20"]?.elements.map(\.int))
            #expect(Array(indices.suffix(3)) == vector.value["last3"]?.elements.map(\.int))
            #expect(order.prompt(forIteration: count) == indices[0])
            texts.append("[" + indices.map(String.init).joined(separator: ",") + "]")
            hashes.append(try #require(vector.value["sha256_of_json_array"]?.text))
        }
        #expect(try sha256(texts) == hashes)
    }

    /// Seeds that a double cannot hold, as k6 took them: from the file, from the environment, as a number, as text.
    @Test func largeSeeds() throws {
        let cases = try #require(try Fixture.json("large-seeds.json")["cases"]).elements
        #expect(cases.count == 4)
        for example in cases {
            let text = try #require(example["seed"]?.text)
            let expected = try #require(example["order"]).elements.map(\.int)
            var environment = RunEnvironment()
            var members = [""]
            switch (text, example["via"]?.text) {
            case ("None", _): break
            case (_, "prompt_seed"): members = [#""prompt_seed":\#(text),"#, #""prompt_seed":"\#(text)","#]
            default: environment.promptSeed = text
            }
            for member in members {
                let config = "{\(member)\"scenario_definition\":{\"executor\":\"constant-vus\"}}"
                let run = try RunConfiguration.parse(config, file: "run_config.json").resolve(environment: environment)
                let order = PromptOrder(count: expected.count, seed: run.plan.promptSeed)
                #expect((0..<expected.count).map { order.prompt(forIteration: $0) } == expected, "\(text) \(member)")
            }
        }
    }

    /// What a seed becomes: a double, then 32 bits.
    @Test func seedsAreDoublesFirst() {
        func state(_ seed: Int64) -> UInt32 { ScriptLCG(seed: seed).state }
        #expect(state(9_007_199_254_740_993) == 0 && state(9_007_199_254_740_995) == 4 && state(-9_007_199_254_740_993) == 0)
        #expect(state(.max) == 0 && state(.min) == 0 && state(-1) == .max && state(4_294_967_301) == 5)
        #expect(state(1 << 53 | 7) == 8 && state(9_007_199_254_740_991) == .max)
    }

    @Test func seedsThatAreAccepted() {
        #expect(Field.promptSeed("9223372036854775808") == .max && Field.promptSeed("-9223372036854775809") == .min)
        #expect(Field.promptSeed("-5") == -5 && Field.promptSeed("0") == 0)
        for text in ["", "-", "+1", "1e3", "0x10", "9223372036854779000", "99999999999999999999", "1.5", "nan", " 1"] {
            #expect(Field.promptSeed(text) == nil, "\(text)")
        }
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
