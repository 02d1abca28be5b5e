// What goes into a run's files and what a dry run shows of them.

import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Submit

@Suite struct StagedJobTests {
    private func staged(_ environment: [String: String], url: String) throws -> StagedJob {
        let scenario = ScenarioDefinition(
            name: "s", value: .object([.init("executor", .string("constant-vus"))]), origin: .builtIn)
        return StagedJob(
            configuration: try RunConfiguration.build(scenario: scenario, serverURL: "http://h", apiKey: "key-canary"),
            remoteWrite: RemoteWriteSettings(isEnabled: true, url: url, environment: environment), environment: environment)
    }

    @Test func aShellReadsBackEveryVariable() async throws {
        let password = "it's $(x) \"q\" \\ é\nline"
        let job = try staged(
            ["K6_PROMETHEUS_RW_PASSWORD": password, "K6_PROMETHEUS_RW_USERNAME": "me", "OTHER": "x"], url: "http://u:p@h/w?a=1")
        #expect(job.files.map(\.name) == ["run_config.json", "loadgen.env"])
        let scratch = try ScratchDirectory()
        try scratch.write("loadgen.env", String(decoding: job.files[1].bytes, as: UTF8.self))
        let answer = try await ExternalProgram.run(
            "/bin/sh",
            [
                "-c",
                ". \"$1\" && printf '%s|%s|%s|%s' \"$K6_PROMETHEUS_RW_PASSWORD\" \"$K6_PROMETHEUS_RW_USERNAME\" \"$K6_PROMETHEUS_RW_SERVER_URL\" \"${OTHER-unset}\"",
                "sh", scratch.file("loadgen.env"),
            ],
            environment: ["PATH": "/usr/bin:/bin"], timeout: .seconds(30))
        #expect(answer.output == "\(password)|me|http://u:p@h/w?a=1|unset")
    }

    @Test func aDryRunShowsNoSecret() throws {
        let job = try staged(
            ["K6_PROMETHEUS_RW_PASSWORD": "secret-canary\nK6=secret-canary", "K6_PROMETHEUS_RW_HTTP_HEADERS": "A:secret-canary"],
            url: "http://u:secret-canary@h/w")
        let text = job.preview(script: "#!/bin/bash\n", directory: "/d")
        #expect(!text.contains("secret-canary"))
        #expect(text.contains("# /d/loadgen.env (mode 0600)"))
        let open = try staged([:], url: "http://prometheus:9090/api/v1/write").preview(script: "", directory: "/d")
        #expect(open.contains("export K6_PROMETHEUS_RW_SERVER_URL=http://prometheus:9090/api/v1/write"))
    }

    @Test(arguments: [
        ("/capstor/x/y.json", "/capstor:/capstor", "/capstor/x/y.json"), ("/tmp/p.json", "/tmp:/tmp", "/tmp/p.json"),
        // Mounted onto themselves these would hide the container's programs or the run.
        ("/usr/share/p.json", "/usr/share:/prompts", "/prompts/p.json"), ("/work/p.json", "/work:/prompts", "/prompts/p.json"),
        ("/capstor//x/p,q:r.json", "/capstor:/capstor", "/capstor//x/p,q:r.json"),
    ]) func theCorpusIsMountedWhereTheGeneratorLooks(file: String, mount: String, path: String) throws {
        let mounts = try JobMounts(promptsFile: file)
        #expect(mounts.corpusMount == mount)
        #expect(mounts.corpusPath == path)
    }

    @Test(arguments: ["prompts.json", "", "/", "/p.json", "/a/", "/a/../b", "./a/b", "/a,b/c", "/a:b/c"])
    func whatCannotBeMountedIsRefused(file: String) {
        #expect(throws: SubmitError.self) { try JobMounts(promptsFile: file) }
    }

    @Test func resultsAreNamedAsSMLNamesThem() {
        #expect(ResultDirectory.runID(model: "swiss-ai/A") == "swiss-ai_A")
        #expect(ResultDirectory.runID(model: nil) == "external")
        #expect(ResultDirectory.runID(model: "..") == "_")
        let names = ResultDirectory.fileNames(runLabel: "loadtest_open_loop_20260101_120000_ABCDEF")
        #expect(names.summary == "summary_open_loop_20260101_120000_%j.json")
        #expect(names.records == "records_open_loop_20260101_120000_%j.smlrec")
    }
}
