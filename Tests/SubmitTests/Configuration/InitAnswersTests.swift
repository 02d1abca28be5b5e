// What `sml init` asks and what becomes of the answers, with a person played by a script.

import TestSupport
import Testing

@testable import Submit

/// Answers in order; records the questions.
private final class ScriptedQuestioner: Questioner {
    private var answers: [String]
    var asked: [String] = []
    init(_ answers: String...) { self.answers = answers }

    private func next(_ question: String) throws -> String {
        asked.append(question)
        guard !answers.isEmpty else { throw SubmitError.usage("no answer left for \(question)") }
        return answers.removeFirst()
    }

    func text(_ question: String, standard: String?) throws -> String {
        let answer = try next(question + (standard.map { " [\($0)]" } ?? ""))
        return answer.isEmpty ? standard ?? "" : answer
    }
    func choice(_ question: String, among choices: [(key: String, title: String)], standard: String?) throws -> String {
        let answer = try next(question)
        return answer.isEmpty ? standard ?? "" : answer
    }
    func secret(_ question: String) throws -> String { try next(question) }
}

@Suite struct InitAnswersTests {
    private let scratch: ScratchDirectory
    private let environment: [String: String]

    init() throws {
        scratch = try ScratchDirectory()
        environment = ["HOME": scratch.path]
    }

    private func answers(
        _ flags: InitFlags = InitFlags(), _ more: [String: String] = [:], previous: ConfigurationFile? = nil,
        existing: [Secrets.Name: String] = [:], person questioner: ScriptedQuestioner? = nil
    ) throws -> InitAnswers {
        try InitAnswers(
            flags: flags, environment: environment.merging(more) { $1 }, previous: previous, existing: existing,
            questioner: questioner)
    }

    @Test func asksEverythingOnceForFirecREST() async throws {
        let person = ScriptedQuestioner("firecrest", "http://127.0.0.1:1/v2/", "", "id-canary", "secret-canary", "", "")
        let answers = try answers(person: person)
        #expect(
            person.asked.map { $0.prefix(16) } == [
                "How are jobs sub", "FirecREST URL [h", "FirecREST token ", "FirecREST client", "FirecREST client",
                "SSH host of the ", "API key (empty f",
            ])
        let lines = try await answers.write(secretsIn: .file, existing: [:], environment: environment)
        #expect(lines.last == "wrote \(scratch.path)/.sml/config.yml")
        let file = try ConfigurationFile.load(environment: environment)
        #expect(file.firecrestURL == "http://127.0.0.1:1/v2")
        #expect(file.firecrestTokenURI == ConfigurationNode.standardTokenURI)
        #expect(file.tree.value("firecrest_client_id") == "__keyring__")
        #expect(file.tree.value("swissai_research_api_key") == nil)
        #expect(scratch.holding("id-canary") == [".sml/secrets/firecrest_client_id": 0o600])
        #expect(scratch.holding("secret-canary") == [".sml/secrets/firecrest_client_secret": 0o600])
        let found = try await Secrets(configuration: file, environment: environment).find(.firecrestClientSecret)
        #expect(found?.value == "secret-canary")
    }

    @Test func asksAgainForASecretThatIsNeeded() throws {
        let person = ScriptedQuestioner("", "", "", "", "id", "s", "host", "key")
        let answers = try answers(InitFlags(launcher: "firecrest"), person: person)
        #expect(person.asked.filter { $0 == "FirecREST client id" }.count == 3)
        #expect(answers.file.clusterSSHHost == "host")
    }

    @Test func runsWithoutAPersonOnFlagsAndEnvironment() async throws {
        let flags = InitFlags(launcher: "firecrest", firecrestURL: "https://f7t.example/v2")
        let variables = [
            "SML_FIRECREST_CLIENT_ID": "id-canary", "SML_FIRECREST_CLIENT_SECRET": "s-canary",
            "SML_SWISSAI_RESEARCH_API_KEY": "k-canary", "SML_CLUSTER_SSH_HOST": "santis",
        ]
        let answers = try answers(flags, variables)
        #expect(answers.file.clusterSSHHost == "santis")
        // `environment` keeps nothing, and the file says so.
        _ = try await answers.write(secretsIn: .environment, existing: [:], environment: environment)
        #expect(scratch.holding("canary").isEmpty)
        let file = try ConfigurationFile.load(environment: environment)
        #expect(Secrets.Name.allCases.allSatisfy { file.tree.value($0.rawValue) == nil })
    }

    @Test func anAPIKeyForFirecRESTReplacesTheClient() throws {
        let answers = try answers(InitFlags(launcher: "firecrest"), ["SML_FIRECREST_API_KEY": "f"])
        #expect(answers.file.launcher == .firecrest)
        #expect(!"\(answers.file)".contains("\"f\""))
    }

    @Test func saysWhatIsMissingWithoutAPerson() {
        for (flags, says) in [
            (InitFlags(), "--launcher: is missing; expected firecrest or slurm"),
            (InitFlags(launcher: "pbs"), "--launcher: \"pbs\" is not accepted; expected firecrest or slurm"),
            (InitFlags(launcher: "firecrest"), "FirecREST client id: is missing; set SML_FIRECREST_CLIENT_ID"),
            (InitFlags(launcher: "firecrest", firecrestURL: "f7t.example"), "--firecrest-url: \"f7t.example\" is not accepted"),
            (InitFlags(launcher: "firecrest", firecrestURL: "http://f7t.example/v2"), "--firecrest-url: \"http://f7t.example/v2\" is not"),
            (InitFlags(launcher: "firecrest", firecrestURL: "https://u:pw@h/"), "--firecrest-url: this URL is not accepted"),
        ] {
            let error = #expect(throws: SubmitError.self) { try answers(flags) }
            #expect(error?.description.hasPrefix(says) == true, "\(String(describing: error))")
            #expect(error?.exitCode == 64)
        }
    }

    @Test func aSecondTimeKeepsWhatIsThere() async throws {
        let first = try answers(InitFlags(launcher: "slurm"), ["SML_SWISSAI_RESEARCH_API_KEY": "k-canary"])
        _ = try await first.write(secretsIn: .file, existing: [:], environment: environment)
        let previous = try ConfigurationFile.load(environment: environment)
        let existing = await Secrets(configuration: previous, environment: environment).places()
        #expect(existing == [.apiKey: "\(scratch.path)/.sml/secrets"])
        let person = ScriptedQuestioner("", "")
        let second = try answers(previous: previous, existing: existing, person: person)
        #expect(person.asked.last == "API key (empty keeps the one in \(scratch.path)/.sml/secrets)")
        let lines = try await second.write(secretsIn: .file, existing: existing, environment: environment)
        #expect(lines.first == "API key: in \(scratch.path)/.sml/secrets, as before")
        let file = try ConfigurationFile.load(environment: environment)
        #expect(try await Secrets(configuration: file, environment: environment).find(.apiKey)?.value == "k-canary")
    }

    @Test func aSecretInTheFileMovesOutOfIt() async throws {
        var previous = ConfigurationFile.empty(environment: environment)
        previous.tree.set("launcher", "slurm")
        previous.tree.set("swissai_research_api_key", "typed-canary")
        try previous.save()
        let answers = try answers(previous: previous, existing: [.apiKey: previous.path])
        _ = try await answers.write(secretsIn: .file, existing: [.apiKey: previous.path], environment: environment)
        #expect(scratch.holding("typed-canary") == [".sml/secrets/swissai_research_api_key": 0o600])
    }
}
