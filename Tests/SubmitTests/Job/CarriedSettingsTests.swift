// What goes along with a run because its job has no environment.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Submit

@Suite struct CarriedSettingsTests {
    private let scratch: ScratchDirectory
    private let authority: String
    private let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

    init() throws {
        scratch = try ScratchDirectory()
        authority = try scratch.write("ca.pem", pem)
    }

    private func carried(
        _ environment: [String: String], isNear: Bool = true, isHealthAskedHere: Bool = false, urls: [String] = ["https://h", "http://r/w"]
    ) throws -> CarriedSettings {
        try CarriedSettings(environment: environment, isNear: isNear, isHealthAskedHere: isHealthAskedHere, urls: urls)
    }

    @Test(arguments: [true, false]) func anAuthorityThatIsNamedIsCopiedAndNamedInside(isNear: Bool) throws {
        let carried = try carried(["SSL_CERT_FILE": authority], isNear: isNear)
        #expect(carried.files == [.init(name: "authorities.pem", bytes: Array(pem.utf8))])
        #expect(carried.variables == ["SSL_CERT_FILE": "/work/authorities.pem"])
        let scenario = ScenarioDefinition(
            name: "s", value: .object([.init("executor", .string("constant-vus"))]), origin: .builtIn)
        let staged = StagedJob(
            configuration: try RunConfiguration.build(scenario: scenario, serverURL: "https://h"),
            remoteWrite: RemoteWriteSettings(isEnabled: false, url: nil, environment: [:]), environment: [:], carried: carried)
        #expect(staged.files.map(\.name) == ["run_config.json", "loadgen.env", "authorities.pem"])
        let preview = staged.preview(script: "", directory: "/d")
        #expect(preview.contains("export SSL_CERT_FILE=/work/authorities.pem\n"))
        #expect(preview.contains("# /d/authorities.pem (mode 0600, \(pem.utf8.count) bytes)\n") && !preview.contains("AAAA"))
    }

    /// What made the server healthy here is to do so there; a laptop's own bundle is its own.
    @Test func theLoginNodesBundleGoesAlongWhereItDecidedTheHealth() throws {
        #expect(try carried([:], isHealthAskedHere: true).files.count == 1)
        #expect(try carried([:], isHealthAskedHere: false) == .none)
        #expect(try carried([:], isNear: false, isHealthAskedHere: true) == .none)
        #expect(try carried([:], isHealthAskedHere: true, urls: ["http://h"]) == .none)
    }

    @Test func whatIsNotNeededIsNotRead() throws {
        #expect(try carried(["SSL_CERT_FILE": "/none.pem"], urls: ["http://h"]) == .none)
        #expect(throws: (any Error).self) { try carried(["SSL_CERT_FILE": "/none.pem"]) }
        #expect(throws: (any Error).self) { try carried(["SSL_CERT_FILE": authority + "x"], urls: ["http://h", "HTTPS://r"]) }
    }

    @Test func directoriesDoNotGoAlongAndThatIsSaid() throws {
        let carried = try carried(["SSL_CERT_DIR": scratch.path])
        #expect(carried.variables.isEmpty && carried.warnings.count == 1)
        #expect(carried.warnings.first?.hasPrefix("SSL_CERT_DIR \(scratch.path): directories do not go along") == true)
    }

    @Test func proxiesAreALoginNodes() throws {
        let proxies = ["HTTPS_PROXY": "http://u:secret-canary@p:1", "no_proxy": "h", "http_proxy": ""]
        #expect(try carried(proxies, isNear: false, urls: []) == .none)
        let carried = try carried(proxies, urls: [])
        #expect(carried.variables == ["HTTPS_PROXY": "http://u:secret-canary@p:1", "no_proxy": "h"])
        #expect(StagedJob.withoutSecrets(carried.variables) == ["HTTPS_PROXY": "****", "no_proxy": "h"])
    }
}
