// Every input recorded from SML's script under k6 gets the verdict of the table, and every body recorded is ours
// byte for byte.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct ValidationTests {
    /// Resolves and loads as a run would; returns the first body sent.
    private func outcome(_ entry: ValidationCase) throws -> Result<String, ConfigurationError> {
        let folder = try TemporaryFolder()
        let configuration = try folder.write("run_config.json", entry.configuration)
        if let corpus = entry.corpus { try folder.write("prompts.json", corpus) }
        do throws(ConfigurationError) {
            let run = try RunConfiguration.read(path: configuration).resolve()
            let corpus = try Corpus.load(path: "\(folder.path)/prompts.json", options: run.corpusOptions)
            let order = PromptOrder(count: corpus.count, seed: run.plan.promptSeed)
            return .success(corpus.text(order.prompt(forIteration: 0)))
        } catch {
            return .failure(error)
        }
    }

    @Test func everyCaseIsDecidedOnce() throws {
        let recorded = try Fixture.json("validation.json").elements.compactMap { $0["case"]?.text }
        #expect(recorded.count == 169)
        #expect(recorded.sorted() == ValidationCase.table.map(\.name).sorted())
    }

    /// As the image's `k6` ends: 107 when the configuration's shape is wrong, which SML's script itself finds, else the
    /// error's own code. k6 gives the same, but for values that the script checks and we take for the scenario's.
    @Test func exitCodesOfTheDropIn() throws {
        let table = Dictionary(uniqueKeysWithValues: ValidationCase.table.map { ($0.name, $0) })
        var different: [String] = []
        var compared = 0
        for recorded in try Fixture.json("validation.json").elements {
            let name = try #require(recorded["case"]?.text)
            let entry = try #require(table[name])
            guard
                let code = recorded["rc"].flatMap({ value -> Int32? in
                    if case .number(let text) = value { Int32(text) } else { nil }
                }), code != 0
            else { continue }
            guard case .failure(let error) = try outcome(entry) else { continue }
            let isShape = (try? RunConfiguration.parse(entry.configuration, file: "x")) == nil
            compared += 1
            if (isShape ? 107 : error.exitCode) != code { different.append(entry.name) }
        }
        #expect(compared > 50)
        // `custom`, which SML's launcher always leaves null.
        #expect(different.sorted() == ["custom_no_exec", "custom_stage_numdur", "custom_stages_bad"])
    }

    @Test func verdicts() throws {
        let table = Dictionary(uniqueKeysWithValues: ValidationCase.table.map { ($0.name, $0) })
        var bodies = 0
        for recorded in try Fixture.json("validation.json").elements {
            let name = try #require(recorded["case"]?.text)
            let entry = try #require(table[name])
            // A recorded `timeout` is a run that was too long to wait for: accepted.
            let k6Accepts = recorded["rc"] == .number("0") || recorded["rc"] == .string("timeout")
            switch (entry.verdict, try outcome(entry)) {
            case (.accept, .success(let body)):
                #expect(k6Accepts, "\(name)")
                guard let expected = recorded["body"]?.text, !expected.isEmpty else { continue }
                bodies += 1
                #expect(body == entry.otherBody?.body ?? expected, "\(name)")
            case (.acceptMore, .success):
                #expect(!k6Accepts, "\(name)")
            case (.reject(let code), .failure(let error)):
                #expect(!k6Accepts && error.exitCode == code, "\(name): \(error)")
                #expect(!error.description.contains("\n"), "\(name)")
            case (.stricter(let code, let why), .failure(let error)):
                #expect(k6Accepts && error.exitCode == code && !why.isEmpty, "\(name): \(error)")
                #expect(!error.description.contains("\n"), "\(name)")
            case (let verdict, let outcome):
                Issue.record("\(name): expected \(verdict), got \(outcome)")
            }
        }
        // 19 are recorded; for ten of those inputs we are stricter.
        #expect(bodies == 9)
    }
}
