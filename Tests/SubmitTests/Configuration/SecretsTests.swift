// Where secrets are found and in which order, and that a place which is not private is refused.

import Foundation
import Base
import TestSupport
import Testing

@testable import Submit

@Suite struct SecretsTests {
    private let scratch: ScratchDirectory
    private let environment: [String: String]

    init() throws {
        scratch = try ScratchDirectory()
        environment = [
            "HOME": scratch.path, "SML_CONFIG_DIR": scratch.file("sml"), "XDG_DATA_HOME": scratch.file("data"),
        ]
        let fixture = try String(contentsOfFile: SubmitFixture.path("keyring_pass.cfg"), encoding: .utf8)
        try scratch.write("data/python_keyring/keyring_pass.cfg", fixture, mode: 0o600)
    }

    private func find(
        _ name: Secrets.Name, _ more: [String: String] = [:], file: ConfigurationFile? = nil
    ) async throws -> Secrets.Found? {
        try await Secrets(configuration: file, environment: environment.merging(more) { $1 }).find(name)
    }

    @Test func readsPythonsPlainTextKeyringAlsoUnderTheOldName() async throws {
        let key = try await find(.apiKey)
        #expect(key?.value == "sk-abc/é=+ long " + String(repeating: "x", count: 100))
        #expect(key?.place == scratch.file("data/python_keyring/keyring_pass.cfg"))
        #expect(try await find(.firecrestClientSecret)?.value == "s")
        #expect(try await find(.firecrestClientID) == nil)
    }

    @Test func ourOwnFileComesBeforePythonsAndTheEnvironmentBeforeBoth() async throws {
        let own = FileSecrets(configurationDirectory: scratch.file("sml"))
        try Directories.make(scratch.file("sml"))
        try await own.write("swissai_research_api_key", "sk-own")
        #expect(try scratch.mode("sml/secrets") == 0o700)
        #expect(try scratch.mode("sml/secrets/swissai_research_api_key") == 0o600)
        #expect(try await find(.apiKey)?.value == "sk-own")
        #expect(try await find(.apiKey, ["SML_CSCS_API_KEY": "sk-old"])?.value == "sk-old")
        let both = try await find(.apiKey, ["SML_CSCS_API_KEY": "sk-old", "SML_SWISSAI_RESEARCH_API_KEY": "sk-new"])
        #expect(both == .init(value: "sk-new", place: "SML_SWISSAI_RESEARCH_API_KEY"))
        #expect(try await find(.apiKey, ["SML_SWISSAI_RESEARCH_API_KEY": ""])?.value == "sk-own")
    }

    @Test func aFileOthersCanReadIsNamedWhenTheConfigurationCountsOnIt() async throws {
        try scratch.write("sml/secrets/firecrest_client_id", "id", mode: 0o640)
        var file = ConfigurationFile.empty(environment: environment)
        file.tree.set("firecrest_client_id", "__keyring__")
        let error = await #expect(throws: SubmitError.self) { try await find(.firecrestClientID, file: file) }
        #expect(error?.exitCode == 78)
        #expect(error?.description.contains("chmod 600 ") == true)
        #expect(error?.description.contains("set SML_FIRECREST_CLIENT_ID") == true)
    }

    @Test func aSecretTypedIntoTheFileIsRead() async throws {
        var file = ConfigurationFile.empty(environment: environment)
        file.tree.set("firecrest_client_id", "typed")
        #expect(try await find(.firecrestClientID, file: file) == .init(value: "typed", place: file.path))
    }

    /// Python's own parser is the judge.
    @Test func pythonFindsWhatIsWritten() async throws {
        let store = PythonKeyringFile(environment: environment)
        let key = "sk-é " + String(repeating: "k", count: 200)
        let secrets = ["swissai_research_api_key": key, "firecrest_client_secret": "new", "other": "o"]
        for (name, secret) in secrets.sorted(by: { $0.key < $1.key }) { try await store.write(name, secret) }
        #expect(try scratch.mode("data/python_keyring/keyring_pass.cfg") == 0o600)
        let script = """
            import base64, configparser, sys
            config = configparser.RawConfigParser()
            config.read(sys.argv[1], encoding="utf-8")
            for section in config.sections():
                for key, value in config.items(section):
                    print(section, key, base64.decodebytes(value.encode()).decode())
            """
        let answer = try await ExternalProgram.run(
            "/usr/bin/python3", ["-c", script, store.place], environment: ["PYTHONUTF8": "1"], timeout: .seconds(30))
        let service = "swiss_5Fai_5Fmodel_5Flaunch"
        let found = answer.output.split(separator: "\n").map(String.init).sorted().joined(separator: "\n")
        #expect(
            found
                == [
                    "another_5Fservice swissai_5fresearch_5fapi_5fkey not this one",
                    "\(service) cscs_5fapi_5fkey sk-abc/é=+ long " + String(repeating: "x", count: 100),
                    "\(service) firecrest_5fclient_5fsecret new", "\(service) other o",
                    "\(service) swissai_5fresearch_5fapi_5fkey \(key)",
                ].joined(separator: "\n"), "\(answer.output) \(answer.errors)")
        for (name, secret) in secrets { #expect(try await store.read(name) == secret) }
        // The file may not be there yet.
        let fresh = PythonKeyringFile(environment: ["XDG_DATA_HOME": scratch.file("none/yet")])
        try await fresh.write("a", "b")
        #expect(try await fresh.read("a") == "b")
    }

    @Test func escapesNamesAsPythonDoes() {
        #expect(PythonKeyringFile.escaped("swiss_ai_model_launch") == "swiss_5Fai_5Fmodel_5Flaunch")
        #expect(PythonKeyringFile.escaped("é-0\n") == "_C3_A9_2D0_0A")
    }

    @Test func programsOfTheSystemGetNone() async throws {
        let secrets = Secrets.variables.map { ($0, "canary") }
        let environment = Dictionary(uniqueKeysWithValues: secrets + [("LANG", "C")])
        let answer = try await ExternalProgram.run("/usr/bin/env", [], environment: environment, timeout: .seconds(10))
        #expect(answer.output == "LANG=C\n")
    }
}
