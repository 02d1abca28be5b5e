// Guided questions without a terminal: order, corrections, ways back, and nobody there to ask.

import Testing

@testable import Submit

/// Answers from a list and remembers what it was asked.
private final class Scripted: Questioner {
    private var lines: [String]
    private(set) var asked: [String] = []

    init(_ lines: String...) { self.lines = lines }

    func text(_ question: String, standard: String?) throws -> String {
        asked.append(question + (standard.map { " [\($0)]" } ?? ""))
        guard !lines.isEmpty else { throw SubmitError.usage("input ended") }
        let line = lines.removeFirst()
        return line.isEmpty ? standard ?? "" : line
    }

    func choice(_ question: String, among choices: [(key: String, title: String)], standard: String?) throws -> String { "" }
    func secret(_ question: String) throws -> String { "" }
}

@Suite struct GuideTests {
    /// A system, a partition of that system, a count, and a router only where there are several.
    private static let steps = [
        GuideStep("--system", variable: "SML_SYSTEM") { _ in GuideQuestion("System", choices: [.init("a"), .init("b", "the big one")]) },
        GuideStep("--partition") { answers in
            GuideQuestion("Partition", choices: ["normal", "debug"].map { .init("\(answers["--system"] ?? "")-\($0)") })
        },
        GuideStep("--count") { _ in
            GuideQuestion("Count", standard: "1") {
                guard let count = Int($0), count > 0 else {
                    throw SubmitError.usage("--count: \"\($0)\" is not accepted; expected a number")
                }
                return "\(count)"
            }
        },
        GuideStep("--router") { answers in
            GuideQuestion(
                "Router", choices: answers["--count"] == "1" ? [.init("none")] : [.init("none"), .init("fast")], synonyms: ["yes": "fast"],
                standard: "none")
        },
        GuideStep("launch") { $0.isGuided ? GuideQuestion("Launch?", standard: "yes") : nil },
    ]

    private func run(
        _ questioner: Scripted?, given: [String: String] = [:]
    ) async throws -> (answers: [String?], said: [String]) {
        var said: [String] = []
        let answers = try await Guide(Self.steps, given: given, questioner: questioner) { said.append($0) }.run()
        return (["--system", "--partition", "--count", "--router"].map { answers[$0] }, said)
    }

    @Test func asksInOrderByNumberOrName() async throws {
        let person = Scripted("2", "b-debug", "", "")
        let done = try await run(person)
        #expect(done.answers == ["b", "b-debug", "1", "none"])
        // One choice is no question.
        #expect(person.asked == ["Number or name", "Number or name", "Count [1]", "Launch? [yes]"])
        #expect(done.said[0].contains("< goes back"))
        #expect(done.said[1] == "System:\n  1  a\n  2  b  the big one")
    }

    @Test func goingBackForgetsWhatCameAfter() async throws {
        let person = Scripted("a", "1", "<", "<", "<", "b", "2", "3", "yes", "<", "<", "2", "none", "yes")
        let done = try await run(person)
        #expect(done.answers == ["b", "b-debug", "2", "none"])
        #expect(done.said.contains("This is the first question."))
    }

    @Test func wrongAnswersAreSaidAndAskedAgain() async throws {
        let person = Scripted("c", "3", "a", "a-normal", "none", "0", "2", "slow", "fast", "")
        let done = try await run(person)
        #expect(done.answers == ["a", "a-normal", "2", "fast"])
        for words in [
            "\"c\" is not accepted; expected one of a, b", "\"none\" is not accepted; expected a number",
            "\"slow\" is not accepted; expected one of none, fast",
        ] {
            #expect(done.said.contains(words), "\(done.said)")
        }
    }

    @Test func whatIsGivenIsNotAskedNorGoneBackTo() async throws {
        let person = Scripted("<", "a-debug", "<", "a-normal", "")
        let done = try await run(person, given: ["--system": "a", "--count": "2", "--router": "yes"])
        #expect(done.answers == ["a", "a-normal", "2", "fast"])
        #expect(person.asked == ["Number or name", "Number or name", "Launch? [yes]", "Number or name", "Launch? [yes]"])
    }

    @Test func unattendedItTakesDefaultsAndNamesWhatIsMissing() async throws {
        let done = try await run(nil, given: ["--system": "b", "--partition": "b-debug"])
        #expect(done.answers == ["b", "b-debug", "1", "none"])
        #expect(done.said.isEmpty)
        await #expect(throws: SubmitError.usage("--system: is missing; pass it, set SML_SYSTEM or run this on a terminal; known are a, b"))
        {
            try await run(nil)
        }
        await #expect(throws: SubmitError.usage("--partition: is missing; pass it or run this on a terminal; known are a-normal, a-debug"))
        {
            try await run(nil, given: ["--system": "a"])
        }
    }

    @Test(arguments: [
        (["--system": "c"], "--system: \"c\" is not accepted; expected one of a, b"),
        // A number is a choice's only where somebody has seen the list.
        (["--system": "1"], "--system: \"1\" is not accepted; expected one of a, b"),
        (["--system": "a", "--partition": "b-debug"], "--partition: \"b-debug\" is not accepted; expected one of a-normal, a-debug"),
        (["--system": "a", "--partition": "a-debug", "--router": "fast"], "--router: \"fast\" is not accepted; expected one of none"),
    ])
    func aWrongFlagIsAnErrorEverywhere(given: [String: String], words: String) async throws {
        await #expect(throws: SubmitError.usage(words)) { try await run(nil, given: given) }
        await #expect(throws: SubmitError.usage(words)) { try await run(Scripted("1", "1", "1", "1"), given: given) }
    }
}
