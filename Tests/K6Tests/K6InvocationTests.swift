// SML's command line is understood, pflag's spellings are equal, and each flag is treated as the table says.

import Foundation
import Testing

@testable import K6

@Suite struct K6InvocationTests {
    private func parse(_ arguments: [String], _ environment: [String: String] = [:]) throws -> K6Invocation {
        try K6Invocation(arguments: arguments, environment: environment)
    }

    private func failure(_ arguments: [String], _ environment: [String: String] = [:]) -> String {
        do {
            _ = try parse(arguments, environment)
            return "no error"
        } catch let error as K6Error {
            #expect(error.exitCode == 255)
            return error.description
        } catch { return "\(error)" }
    }

    /// k6 §2.
    @Test func commandLineOfSML() throws {
        let environment = [
            "K6_PROMETHEUS_RW_SERVER_URL": "http://127.0.0.1:9/api/v1/write", "PROMPT_SEED": "17", "RUN_LABEL": "outer",
        ]
        let run = try parse(
            [
                "-o", "experimental-prometheus-rw", "--tag", "scenario=throughput", "--tag", "run_label=r", "--tag",
                "model=a=b", "--env", #"RUN_CONFIG_JSON={"api_key":"a=b"}"#, "--env", "PROMPTS_FILE=/capstor/p.json",
                "--env", "RUN_LABEL=r", "--summary-export", "/work/summary.json", "/work/script.js",
            ], environment)
        #expect(run.script == "/work/script.js")
        #expect(run.remoteWrite)
        #expect(run.tags.map(\.name) == ["scenario", "run_label", "model"])
        #expect(run.tags.map(\.value) == ["throughput", "r", "a=b"])
        #expect(run.scriptEnvironment["RUN_CONFIG_JSON"] == #"{"api_key":"a=b"}"#)
        #expect(run.scriptEnvironment["PROMPTS_FILE"] == "/capstor/p.json")
        // `--env` wins, the process's environment is visible.
        #expect(run.scriptEnvironment["RUN_LABEL"] == "r")
        #expect(run.scriptEnvironment["PROMPT_SEED"] == "17")
        #expect(run.summaryExport == "/work/summary.json")
        #expect(!run.quiet && !run.wantsHelp)
    }

    @Test func spellings() throws {
        let plain = try parse(["--out", "experimental-prometheus-rw", "--env", "A=1", "--quiet", "x.js"])
        for other in [
            ["x.js", "--out=experimental-prometheus-rw", "--env=A=1", "--quiet=true"],
            ["-o", "experimental-prometheus-rw=ignored", "-e", "A=1", "-q", "--", "x.js"],
            ["-oexperimental-prometheus-rw", "-eA=1", "-qv", "x.js"],
            ["-o=experimental-prometheus-rw", "x.js", "-q=T", "-e=A=1"],
        ] {
            #expect(try parse(other) == plain, "\(other)")
        }
        #expect(try parse(["-"]).script == "-")
        #expect(try parse(["--", "--tag"]).script == "--tag")
        #expect(try parse(["x.js", "--tag", "a=1", "--tag", "b=2", "--tag", "a=3"]).tags.map(\.value) == ["2", "3"])
        #expect(try parse(["x.js", "-e", "EMPTY"]).scriptEnvironment == ["EMPTY": ""])
        #expect(try parse(["x.js", "--include-system-env-vars=false", "-eA=1"], ["B": "2"]).scriptEnvironment == ["A": "1"])
        #expect(try parse(["--help"]).wantsHelp)
    }

    @Test(arguments: [
        (["x.js", "--vu", "3"], "unknown flag: --vu"), (["x.js", "-z"], "unknown flag: -z"),
        (["x.js", "-qz"], "unknown flag: -z"), (["x.js", "--tag"], "--tag: a value is missing"),
        (["x.js", "--tag", "model="], "--tag: \"model=\": expected name=value"), (["x.js", "--tag", "=x"], "--tag: \"=x\""),
        (["x.js", "--tag", "x"], "--tag: \"x\""), (["x.js", "--env", "1A=secret"], "--env: expected NAME=value"),
        (["x.js", "-e", "=secret"], "-e: expected NAME=value"), (["x.js", "-o", "json=a"], "-o: output \"json=a\""),
        (["x.js", "-o", ""], "-o: output \"\""), ([], "run: expected one script, found 0"),
        (["x.js", "y.js"], "run: expected one script, found 2"), (["x.js", "--quiet=perhaps"], "--quiet: \"perhaps\""),
        (["x.js", "--log-output", "file=x"], "--log-output: \"file=x\" is not supported here: messages go to stderr"),
        (["x.js", "--summary-export="], "--summary-export: expected a file"),
    ]) func errors(arguments: [String], beginning: String) {
        let text = failure(arguments)
        #expect(text.hasPrefix(beginning), "\(text)")
        #expect(!text.contains("secret") && !text.contains("\n"))
    }

    /// Each flag alone, and by its variable.
    @Test func table() throws {
        #expect(Set(K6Flag.all.map(\.name)).count == K6Flag.all.count)
        #expect(Set(K6Flag.all.compactMap(\.short)).count == K6Flag.all.compactMap(\.short).count)
        for flag in K6Flag.all {
            switch flag.treatment {
            case .carriedOut: continue
            case .accepted(_, let values):
                let value = flag.value == .none ? "true" : values.first ?? "anything"
                _ = try parse(["--\(flag.name)=\(value)", "x.js"])
                if let variable = flag.variable { _ = try parse(["x.js"], [variable: value]) }
            case .refused(let reason):
                let value = flag.value == .none ? "true" : "1"
                #expect(failure(["--\(flag.name)=\(value)", "x.js"]) == "--\(flag.name): not supported here: \(reason)")
                guard let variable = flag.variable else { continue }
                #expect(failure(["x.js"], [variable: value]) == "\(variable): not supported here: \(reason)")
                #expect(try parse(["x.js"], [variable: ""]).script == "x.js")
            }
        }
        // A switch that is off asks for nothing.
        #expect(try parse(["x.js", "--paused=false"]).script == "x.js")
    }

    @Test func variables() throws {
        let run = try parse(["x.js"], ["K6_OUT": "experimental-prometheus-rw", "K6_SUMMARY_EXPORT": "s.json", "K6_CLOUD_TOKEN": "t"])
        #expect(run.remoteWrite && run.summaryExport == "s.json")
        #expect(try parse(["x.js", "--summary-export", "t.json"], ["K6_SUMMARY_EXPORT": "s.json"]).summaryExport == "t.json")
        // The server's address alone switches nothing on.
        #expect(try !parse(["x.js"], ["K6_PROMETHEUS_RW_SERVER_URL": "http://localhost/"]).remoteWrite)
    }

    /// docs/CONTAINER.md has exactly the table's flags, each in the row of its treatment.
    @Test func documentation() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/CONTAINER.md"),
            encoding: .utf8)
        var rows: [String: String] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `-") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            for name in cells[0].matches(of: /`(?:-., )?--([a-z-]+)`/) { rows[String(name.1)] = cells[1] }
        }
        for flag in K6Flag.all {
            let expected =
                switch flag.treatment {
                case .carriedOut: "carried out"
                case .accepted(_, let values): values.isEmpty ? "accepted" : "only " + values.map { "`\($0)`" }.joined(separator: ", ")
                case .refused: "refused"
                }
            #expect(rows.removeValue(forKey: flag.name) == expected, "\(flag.name)")
        }
        #expect(rows.isEmpty)
    }

    @Test func help() {
        let text = K6Text.help(product: "1.2.3")
        for flag in K6Flag.all { #expect(text.contains("--\(flag.name)")) }
        #expect(K6Text.version(product: "1.2.3", machine: "linux/aarch64").hasPrefix("k6 v1."))
    }
}
