// run_config.json: precedence, what comes out, what is refused, and that no secret gets out.

import Foundation
import Base
import Scenarios
import Testing

@Suite struct RunConfigurationTests {
    static let scenario = #"{"executor":"constant-vus","vus":2,"duration":"10s"}"#

    private func resolve(
        _ top: String = "", scenario: String = Self.scenario, _ environment: RunEnvironment = RunEnvironment()
    ) throws -> ResolvedRun {
        let text = "{\"scenario_definition\":\(scenario)\(top.isEmpty ? "" : ",")\(top)}"
        return try RunConfiguration.parse(text, file: "run_config.json").resolve(environment: environment)
    }

    private func message(_ top: String, scenario: String = Self.scenario) -> String {
        do {
            _ = try resolve(top, scenario: scenario)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    private func scenario(_ members: String) -> String { Self.scenario.dropLast() + "," + members + "}" }

    @Test func defaults() throws {
        let run = try resolve()
        #expect(run.plan.scenario == "configured")
        #expect(run.plan.executor == .constantVUs(vus: 2, duration: .seconds(10)))
        #expect(run.plan.gracefulStop == .seconds(30))
        #expect(run.plan.thinkTime == .seconds(2))
        #expect(!run.plan.initialStagger)
        #expect(run.plan.promptSeed == 1 && run.plan.thinkSeed == 1)
        #expect(run.plan.target.url == "http://localhost:8000/v1/chat/completions")
        #expect(run.plan.target.timeout == .seconds(120))
        #expect(run.plan.target.apiKey == nil && run.model == nil && run.runLabel == nil)
        #expect(run.corpusOptions == CorpusOptions())
        #expect(run.warnings.isEmpty)
    }

    @Test func executorDefaults() throws {
        func executor(_ text: String) throws -> Executor { try resolve(scenario: text).plan.executor }
        #expect(try executor(#"{"executor":"constant-vus"}"#) == .constantVUs(vus: 10, duration: .seconds(300)))
        #expect(
            try executor(#"{"executor":"constant-arrival-rate"}"#)
                == .constantArrivalRate(
                    rate: 1, timeUnit: .seconds(1), duration: .seconds(300), preAllocatedVUs: 10, maxVUs: 10))
        let stages = #""stages":[{"duration":"1s","target":3}]"#
        #expect(
            try executor(#"{"executor":"ramping-vus",\#(stages)}"#)
                == .rampingVUs(
                    startVUs: 0, stages: [Stage(duration: .seconds(1), target: 3)], gracefulRampDown: .seconds(30)))
        #expect(
            try executor(#"{"executor":"ramping-arrival-rate",\#(stages),"preAllocatedVUs":4}"#)
                == .rampingArrivalRate(
                    startRate: 1, timeUnit: .seconds(1), stages: [Stage(duration: .seconds(1), target: 3)],
                    preAllocatedVUs: 4, maxVUs: 4))
    }

    @Test func topLevelWinsOverScenario() throws {
        let own = scenario(
            #""think_time":"5","request_timeout":"7s","ignore_eos":true,"initial_stagger":true,"prompt_seed":3,"#
                + #""prompt_labels":["a"],"max_tokens":"9","think_seed":4,"gracefulStop":"5s""#)
        let below = try resolve(scenario: own)
        #expect(below.plan.thinkTime == .seconds(5) && below.plan.target.timeout == .seconds(7))
        #expect(below.corpusOptions.ignoreEOS && below.plan.initialStagger && below.plan.promptSeed == 3)
        #expect(below.corpusOptions.promptLabels == ["a"] && below.corpusOptions.maxTokens == .fixed(9))
        #expect(below.plan.thinkSeed == 4 && below.plan.gracefulStop == .seconds(5))
        let above = try resolve(
            #""think_time":0.5,"request_timeout":"8s","ignore_eos":false,"initial_stagger":false,"prompt_seed":"6","#
                + #""prompt_labels":[],"max_tokens":null,"think_seed":7"#, scenario: own)
        #expect(above.plan.thinkTime == .milliseconds(500) && above.plan.target.timeout == .seconds(8))
        #expect(!above.corpusOptions.ignoreEOS && !above.plan.initialStagger && above.plan.promptSeed == 6)
        #expect(above.corpusOptions.promptLabels.isEmpty && above.corpusOptions.maxTokens == .perPrompt)
        #expect(above.plan.thinkSeed == 7)
    }

    @Test func environmentWins() throws {
        let environment = RunEnvironment(["RUN_LABEL": "e", "PROMPT_SEED": "-5", "SYSTEM_PROMPT": "be brief"])
        let run = try resolve(#""run_label":"c","prompt_seed":2"#, environment)
        #expect(run.runLabel == "e" && run.plan.promptSeed == -5 && run.seeds.prompt == -5)
        #expect(run.corpusOptions.systemPrompt == "be brief")
        let empty = RunEnvironment(["RUN_LABEL": "", "PROMPT_SEED": "", "SYSTEM_PROMPT": ""])
        let unset = try resolve(#""run_label":"c","prompt_seed":2"#, empty)
        #expect(unset.runLabel == "c" && unset.plan.promptSeed == 2 && unset.corpusOptions.systemPrompt == nil)
        // Whoever has a script replaces the word before.
        let word = #expect(throws: ConfigurationError.self) { try resolve("", RunEnvironment(systemPrompt: "default")) }
        #expect(word?.exitCode == 64 && word?.description.hasPrefix("SYSTEM_PROMPT: \"default\" stands for the text in") == true)
        let error = #expect(throws: ConfigurationError.self) { try resolve("", RunEnvironment(promptSeed: "0x10")) }
        #expect(error?.exitCode == 64)
    }

    @Test func bareDurationsWarn() throws {
        let run = try resolve(#""request_timeout":1500"#, scenario: #"{"executor":"constant-vus","duration":"2000"}"#)
        #expect(run.plan.executor.duration == .seconds(2) && run.plan.target.timeout == .milliseconds(1500))
        #expect(run.warnings.count == 2)
        #expect(
            run.warnings[0]
                == "run_config.json: scenario_definition.duration: \"2000\" has no unit and is read as milliseconds; write 2s")
    }

    @Test(arguments: [
        ("http://h:8000/", "http://h:8000"), ("https://h", "https://h"), ("HTTP://h//", "HTTP://h"),
        ("https://h/prefix/", "https://h/prefix"), ("http://[::1]:80", "http://[::1]:80"), ("http://1.2.3.4", "http://1.2.3.4"),
        // A client's base URL, and the API's own address.
        ("http://h/v1", "http://h"), ("http://h/v1/", "http://h"), ("https://h:8000/v1/chat/completions", "https://h:8000"),
        ("http://h/v1/chat/completions//", "http://h"), ("http://h/gateway/v1/", "http://h/gateway"), ("http://h/av1", "http://h/av1"),
        ("http://h/v1/v1", "http://h/v1"), ("http://v1", "http://v1"), ("http://h/chat/completions", "http://h/chat/completions"),
    ])
    func serverURLs(_ given: String, _ base: String) throws {
        #expect(try resolve(#""server_url":"\#(given)""#).plan.target.url == base + "/v1/chat/completions")
    }

    @Test(arguments: [
        ("http://h/v1", "/v1/completions", "http://h/v1/completions"), ("http://h/v1", "/chat/completions", "http://h/v1/chat/completions"),
        ("http://h/v1/chat/completions", "/v1/embeddings", "http://h/v1/embeddings"), ("http://h", "/v2/x", "http://h/v2/x"),
        ("http://h/v1", "/v10/x", "http://h/v1/v10/x"),
    ])
    func otherPathsOfTheServer(_ server: String, _ path: String, _ address: String) throws {
        let run = try resolve(#""server_url":"\#(server)""#, scenario: scenario(#""request":{"path":"\#(path)"}"#))
        #expect(run.plan.target.url == address)
        #expect(ServerURL.root(of: server) == "http://h")
    }

    @Test(arguments: [
        "", "h:8000", "ftp://h", "http://", "http:///x", "http://h:0", "http://h:70000", "http://h:x", "http://h:",
        "http://h?x=1", "http://h#x", "http://h x", "//h", "http://h\\\\x", "http://[]", "http://[::1", "http://ü", "/v1",
        "http:/h", "http:h", "http://h~", "http://%68",
    ])
    func refusedServerURLs(_ given: String) {
        #expect(message(#""server_url":"\#(given)""#).hasPrefix("run_config.json: server_url: "))
    }

    @Test func secretsStayInside() throws {
        #expect(!message(#""server_url":"http://user:hunter2@h""#).contains("hunter2"))
        #expect(!message(#""api_key":"hunter2\n""#).contains("hunter2"))
        #expect(!message(#""api_key":["hunter2"]"#).contains("hunter2"))
        let run = try resolve(
            #""api_key":"hunter2","server_url":"http://h""#,
            scenario: scenario(#""request":{"headers":{"X-Api-Key":"hunter2","X-Team":"blue"}}"#))
        #expect(run.plan.target.apiKey == "hunter2")
        #expect(run.plan.target.headers.map(\.value) == ["hunter2", "blue"])
        let shown = run.resolvedScenario.json()
        #expect(!shown.contains("hunter2") && shown.contains("blue"))
    }

    @Test(arguments: [
        (#""rate":5"#, "scenario_definition.rate: not a key of constant-vus but of constant-arrival-rate, poisson-arrival-rate"),
        (#""startTime":"1s""#, "scenario_definition.startTime: this key of k6 is not supported"),
        (#""thinktime":1"#, "scenario_definition.thinktime: unknown key; accepted are name, description, executor"),
        (#""stages":[]"#, "scenario_definition.stages: not a key of constant-vus"),
        (#""request":{"verb":"GET"}"#, "scenario_definition.request.verb: unknown key; accepted are path, headers, body"),
        (#""request":{"path":"v1"}"#, "scenario_definition.request.path: \"v1\" is not accepted"),
        (#""request":{"headers":{"Content-Length":"1"}}"#, "scenario_definition.request.headers.Content-Length: this header"),
        (#""request":{"headers":{"Authorization":"x"}}"#, "Authorization: this header is set by the generator; use api_key"),
        (#""request":{"headers":{"A":"1","a":"2"}}"#, "header a occurs twice"),
        (#""request":{"headers":{"A":"1\r\nB: 2"}}"#, "scenario_definition.request.headers.A: the value is not accepted"),
        (#""request":{"headers":{"A B":"1"}}"#, "\"A B\" is not a header name"),
        (#""request":{"body":{"stream":true}}"#, "scenario_definition.request.body.stream: true is not accepted"),
        (#""request":{"body":[]}"#, "scenario_definition.request.body: [] is not accepted"),
        (#""request":{"body":{"top_p":1e999}}"#, "scenario_definition.request.body.top_p: 1e999 is not accepted"),
        (#""gracefulStop":"-1s""#, "scenario_definition.gracefulStop: \"-1s\" is not accepted"),
        (#""vus":2000000"#, "key \"vus\" occurs twice"),
    ])
    func refusedScenarioKeys(_ member: String, _ expected: String) {
        #expect(message("", scenario: scenario(member)).contains(expected))
    }

    @Test func refusedTopLevelKeys() {
        #expect(message(#""thinktime":1"#).hasPrefix("run_config.json: thinktime: unknown key; accepted are server_url"))
        #expect(message(#""realistic":null"#) == "accepted")
        #expect(message(#""realistic":{}"#) == "run_config.json: realistic: not supported")
        #expect(message(#""rate":null"#).contains("unknown key"))
    }

    @Test func missingFile() {
        let error = #expect(throws: ConfigurationError.self) { try RunConfiguration.read(path: "/nonexistent/run.json") }
        #expect(error?.exitCode == 104)
        #expect(error?.description == "/nonexistent/run.json: cannot be opened: No such file or directory")
    }

    /// The resolved scenario is a scenario: read again it gives the same plan.
    @Test(arguments: [
        #"{"executor":"constant-vus","vus":3,"duration":"90s","think_time":0.25,"max_tokens":7}"#,
        #"{"executor":"ramping-vus","startVUs":1,"stages":[{"duration":"1m","target":4}],"description":"d"}"#,
        #"{"executor":"constant-arrival-rate","rate":7,"timeUnit":"1m","duration":1500,"prompt_labels":["a","b"]}"#,
        #"{"executor":"ramping-arrival-rate","startRate":2,"stages":[{"duration":"1.5h","target":0}],"maxVUs":20,"#
            + #""request":{"path":"/v1/completions","headers":{"X-A":"b"},"body":{"messages":null,"prompt":"${prompt}"}}}"#,
    ])
    func resolvedScenarioRoundTrip(_ text: String) throws {
        let first = try resolve(scenario: text)
        let second = try resolve(#""scenario":"configured""#, scenario: first.resolvedScenario.json())
        #expect(second.plan == first.plan)
        #expect(second.corpusOptions == first.corpusOptions)
        #expect(second.resolvedScenario == first.resolvedScenario)
        #expect(second.warnings.isEmpty)
    }
}
