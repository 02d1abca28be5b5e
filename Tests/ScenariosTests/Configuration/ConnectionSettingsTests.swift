// `http_version`, `connections`, `preconnect`, `tls_resumption`: what is read, what wins, what is refused and in which words.

import Testing

@testable import Base
@testable import Scenarios

@Suite struct ConnectionSettingsTests {
    private func resolve(_ scenario: String, top: String = "", server: String = "https://h") throws -> ResolvedRun {
        try RunConfiguration.parse(
            #"{"model":"m","server_url":"\#(server)","scenario_definition":{"executor":"constant-vus"\#(scenario)}\#(top)}"#,
            file: "run_config.json"
        ).resolve()
    }

    @Test func leftOutTheyAreAsK6() throws {
        for text in ["", #","http_version":null,"connections":null,"preconnect":null,"tls_resumption":null"#] {
            #expect(try resolve(text).plan.target.connections == ConnectionRule())
        }
        #expect(ConnectionRule().httpVersion == .automatic && ConnectionRule().shared == nil)
    }

    @Test(arguments: [#""2""#, "2"]) func versionsMayBeNumbers(text: String) throws {
        #expect(try resolve(#","http_version":\#(text)"#).plan.target.connections.httpVersion == .http2)
        #expect(try resolve(#","http_version":1.1"#).plan.target.connections.httpVersion == .http1)
    }

    @Test func theRunsKeyWinsAndTheOptionOverBoth() throws {
        let run = try resolve(
            #","http_version":"1.1","connections":8,"preconnect":true"#,
            top: #","http_version":"auto","connections":"per-user","tls_resumption":true"#)
        #expect(run.plan.target.connections.httpVersion == .automatic && run.plan.target.connections.shared == nil)
        #expect(run.plan.target.connections.preconnects && run.plan.target.connections.resumesTLS)
        let scenario = ScenarioDefinition(
            name: "demo", value: try JSON.parse(#"{"executor":"constant-vus","connections":4}"#), origin: .file("demo.json"))
        let built = try RunConfiguration.build(
            scenario: scenario, serverURL: "https://h", overrides: RunOverrides(connections: [.init("connections", .string("16"))]))
        #expect(try built.resolve().plan.target.connections.shared == 16)
    }

    @Test func theResolvedScenarioHasThemAndIsReadBack() throws {
        let run = try resolve(#","http_version":2,"connections":8,"preconnect":true,"tls_resumption":true"#)
        let resolved = run.resolvedScenario
        #expect(resolved["http_version"] == .string("2") && resolved["connections"] == .int(8))
        #expect(resolved["preconnect"] == .bool(true) && resolved["tls_resumption"] == .bool(true))
        let again = try RunConfiguration.build(
            scenario: ScenarioDefinition(name: "again", value: resolved, origin: .file("again.json")), serverURL: "https://h")
        #expect(try again.resolve().plan.target.connections == run.plan.target.connections)
        #expect(try resolve("").resolvedScenario["connections"] == .string("per-user"))
    }

    @Test(arguments: [
        (#","http_version":"3""#, "https://h", "http_version: \"3\" is not accepted; expected one of auto, 1.1, 2"),
        (#","http_version":true"#, "https://h", "http_version: true is not accepted; expected one of auto, 1.1, 2"),
        (#","connections":0"#, "https://h", "connections: 0 is not accepted; expected a whole number from 1 to 1000000, or per-user"),
        (#","connections":"all""#, "https://h", "connections: \"all\" is not accepted; expected a whole number from 1 to 1000000"),
        (#","preconnect":1"#, "https://h", "preconnect: 1 is not accepted; expected true or false"),
        (#","connections":4,"http_version":"1.1""#, "https://h", "connections: 4 is not accepted with http_version 1.1"),
        (#","connections":4"#, "http://h", "connections: 4 needs HTTP/2, which plain http does not agree on; set http_version: 2"),
    ])
    func refused(scenario: String, server: String, words: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try resolve(scenario, server: server) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.kind == .configuration)
    }

    @Test func plainHTTP2MayBeShared() throws {
        #expect(try resolve(#","connections":4,"http_version":"2""#, server: "http://h").plan.target.connections.shared == 4)
    }

    @Test func optionsNameThemselves() {
        for (check, words) in [
            (
                { try OptionValue.httpVersion("1", option: "--loadtest-http-version") },
                "--loadtest-http-version: \"1\" is not accepted; expected one of auto, 1.1, 2"
            ),
            ({ try OptionValue.connections("-1", option: "--loadtest-connections") }, "--loadtest-connections: \"-1\" is not accepted"),
        ] as [(() throws -> Void, String)] {
            let error = #expect(throws: ConfigurationError.self) { try check() }
            #expect(error?.description.hasPrefix(words) == true)
        }
    }
}
