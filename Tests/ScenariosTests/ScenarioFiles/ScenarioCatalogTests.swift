// The packaged scenarios have SML's values, the user's files win, and every oddity is named.

import Foundation
import Base
import Scenarios
import Testing

@testable import ScenarioFiles

@Suite struct ScenarioCatalogTests {
    private func run(_ name: String) throws -> ResolvedRun {
        let scenario = try ScenarioCatalog(customDirectory: "/nonexistent").resolve(name)
        #expect(scenario.origin == .builtIn && scenario.warnings.isEmpty && scenario.name == name)
        let run = try RunConfiguration.build(scenario: scenario, serverURL: "http://h").resolve()
        #expect(run.warnings.isEmpty && run.plan.scenario == name && run.plan.promptSeed == 1)
        #expect(run.plan.gracefulStop == .seconds(30) && !run.plan.initialStagger)
        return run
    }

    private func stages(_ minutes: [(Int, Int)]) -> [Stage] {
        minutes.map { Stage(duration: .seconds($0.0 * 60), target: $0.1) }
    }

    @Test func throughput() throws {
        let run = try run("throughput")
        #expect(run.plan.executor == .constantVUs(vus: 20, duration: .seconds(900)))
        #expect(run.plan.thinkTime == .seconds(2) && run.maxTokens == .fixed(2048))
        #expect(run.plan.target.timeout == .seconds(120) && !run.corpusOptions.ignoreEOS)
        #expect(run.corpusOptions.promptLabels.isEmpty)
    }

    @Test func ramp() throws {
        let run = try run("ramp")
        let expected = stages([(2, 10), (3, 10), (2, 25), (3, 25), (2, 50), (3, 50), (1, 0)])
        #expect(run.plan.executor == .rampingVUs(startVUs: 0, stages: expected, gracefulRampDown: .seconds(30)))
        #expect(run.plan.executor.duration == .seconds(960) && run.plan.thinkTime == .seconds(2))
        #expect(run.maxTokens == .fixed(2048) && !run.corpusOptions.ignoreEOS)
    }

    @Test func openLoop() throws {
        let run = try run("open_loop")
        #expect(
            run.plan.executor
                == .constantArrivalRate(
                    rate: 20, timeUnit: .seconds(1), duration: .seconds(900), preAllocatedVUs: 120, maxVUs: 300))
        #expect(run.plan.target.timeout == .seconds(180) && run.corpusOptions.ignoreEOS)
        #expect(run.plan.thinkTime == .zero && run.maxTokens == .fixed(2048))
    }

    @Test func openLoopRamp() throws {
        let run = try run("open_loop_ramp")
        #expect(
            run.plan.executor
                == .rampingArrivalRate(
                    startRate: 2, timeUnit: .seconds(1), stages: stages([(3, 5), (3, 10), (3, 15), (3, 20), (3, 30)]),
                    preAllocatedVUs: 120, maxVUs: 400))
        #expect(run.plan.target.timeout == .seconds(180) && run.corpusOptions.ignoreEOS)
        #expect(run.plan.thinkTime == .zero && run.maxTokens == .fixed(2048))
    }

    @Test func openLoopDecode() throws {
        let run = try run("open_loop_decode")
        #expect(
            run.plan.executor
                == .rampingArrivalRate(
                    startRate: 2, timeUnit: .seconds(1), stages: stages([(3, 2), (3, 3), (3, 4), (3, 5)]),
                    preAllocatedVUs: 800, maxVUs: 1600))
        #expect(run.plan.target.timeout == .seconds(600) && run.corpusOptions.ignoreEOS)
        #expect(run.plan.thinkTime == .zero && run.maxTokens == .fixed(512))
        #expect(run.corpusOptions.promptLabels == ["short", "medium"])
    }

    @Test func packagedCorpus() throws {
        let corpus = try PackagedCorpus.load(options: CorpusOptions())
        #expect(corpus.count == 16 && corpus.labels == ["short", "medium", "long"])
        #expect((0..<16).allSatisfy { corpus.text($0).contains("\"max_tokens\":") })
    }

    @Test func customFilesWin() throws {
        let folder = try TemporaryFolder()
        try folder.write("throughput.yaml", "executor: constant-vus\nvus: 3\nduration: 5s\n")
        try folder.write("mine.json", #"{"name":"other","executor":"constant-vus"}"#)
        try folder.write("second.yml", "executor: constant-vus")
        try folder.write("notes.txt", "not a scenario")
        try folder.write(".hidden.yaml", "x: [")
        let catalog = ScenarioCatalog(customDirectory: folder.path)
        let listed = try catalog.list()
        #expect(
            listed.map(\.name) == ["ramp", "open_loop", "open_loop_ramp", "open_loop_decode", "mine", "second", "throughput"])
        let custom = try catalog.resolve("throughput")
        #expect(custom.origin == .file("\(folder.path)/throughput.yaml"))
        #expect(custom.value["vus"] == .number("3"))
        let mine = try catalog.resolve("mine")
        #expect(mine.warnings == ["\(folder.path)/mine.json: name: \"other\" differs from the file's; the run is called mine"])
        #expect(try catalog.names().count == 7)
    }

    @Test func refusals() throws {
        let folder = try TemporaryFolder()
        try folder.write("two.yaml", "executor: constant-vus")
        try folder.write("two.json", "{}")
        try folder.write("list.yaml", "- 1\n- 2")
        try folder.write("empty.yaml", "")
        try folder.write("twice.yaml", "vus: 1\nvus: 2")
        try folder.write("broken.yaml", "a: [1\nb: 2")
        try folder.write("latin.yaml", Array("description: ".utf8) + [0xE9])
        let catalog = ScenarioCatalog(customDirectory: folder.path)
        for (name, code, text) in [
            ("two", 104, "is defined twice, in"), ("list", 104, "expected an object of scenario keys"),
            ("empty", 104, "is empty"), ("twice", 104, "vus"), ("broken", 104, "not valid YAML"),
            ("latin", 104, "is not UTF-8"), ("none", 64, "does not exist; known are throughput, ramp, open_loop"),
            ("../two", 64, "is not a name"), ("", 64, "is not a name"), (".", 64, "is not a name"), ("a/b", 64, "is not a name"),
        ] as [(String, Int32, String)] {
            let error = #expect(throws: ConfigurationError.self) { try catalog.resolve(name) }
            #expect(error?.exitCode == code && error?.description.contains(text) == true, "\(name): \(String(describing: error))")
            #expect(error?.description.contains("\n") == false, "\(name)")
        }
    }

    @Test func aBrokenFileHidesNoOther() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine.yaml", "executor: constant-vus")
        try folder.write("broken.yaml", "a: [1\nb: 2")
        try folder.write("throughput.yaml", "- 1")
        let listed = try ScenarioCatalog(customDirectory: folder.path).list()
        #expect(
            listed.map(\.name) == ["ramp", "open_loop", "open_loop_ramp", "open_loop_decode", "broken", "mine", "throughput"])
        let errors = listed.compactMap { entry -> String? in
            if case .failure(let error) = entry.scenario { error.description } else { nil }
        }
        #expect(errors.count == 2 && errors[0].hasPrefix("\(folder.path)/broken.yaml: not valid YAML: line 2"))
        #expect(errors.last == "\(folder.path)/throughput.yaml: expected an object of scenario keys at the top")
    }

    /// The key that holds what others are made from is no setting; one that is a setting too stays.
    @Test func mergedScenario() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "mine.yaml",
            """
            base: &base {executor: constant-arrival-rate, rate: 5, duration: 1m}
            request: &r {headers: {X-A: b}}
            <<: [*base, {duration: 3m, maxVUs: 20}]
            rate: 7
            """)
        let mine = try ScenarioCatalog(customDirectory: folder.path).resolve("mine")
        #expect(
            try mine.value
                == JSON.parse(
                    #"{"executor":"constant-arrival-rate","rate":7,"duration":"1m","maxVUs":20,"request":{"headers":{"X-A":"b"}}}"#))
    }

    @Test func yamlBecomesTheSameTreeAsJSON() throws {
        let yaml = """
            a: 2s
            b: 20
            c: true
            d: "20"
            e: ~
            f: [1.5, -3, 1e3, 'true', null]
            g: {h: text with spaces, i: /v1/x, j: 1.2.3}
            k: |
              block
            l: &x {m: 1}
            n: *x
            o: +5
            """
        let json =
            #"{"a":"2s","b":20,"c":true,"d":"20","e":null,"f":[1.5,-3,1e3,"true",null],"g":{"h":"text with spaces","#
            + #""i":"/v1/x","j":"1.2.3"},"k":"block\n","l":{"m":1},"n":{"m":1},"o":5}"#
        #expect(try YAMLReader.parse(yaml, file: "x.yaml") == JSON.parse(json))
    }

    @Test(arguments: ["yes", "No", "ON", "off", "0x10", "010", "0o7", "1_000", "1:30", ".5", "5.", ".inf", "-.INF", ".nan"])
    func ambiguousScalarsAreRefused(_ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse("a:\n  - \(text)", file: "x.yaml") }
        #expect(error?.description.hasPrefix("x.yaml: a[0]: \(text) means different things") == true)
    }

    @Test func aliasesCannotGrowWithoutBound() {
        var yaml = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
        for level in 1...8 {
            yaml += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        let error = #expect(throws: ConfigurationError.self) { try YAMLReader.parse(yaml, file: "x.yaml") }
        #expect(error?.description.contains("holds more than") == true)
    }
}
