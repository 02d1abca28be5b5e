// The page of a run in a browser: nothing on the console, no request to anybody, nothing wider than the window, readable in light
// and dark, working by pointer and keyboard. Chromium comes with the packages that the tests install.

import Foundation
import Testing

/// The browser, by the names it has on Debian and elsewhere.
private enum Chromium {
    static let isThere = ["chromium", "chromium-browser", "google-chrome"].contains {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }
}

@Suite(.serialized, .enabled(if: Chromium.isThere, "no Chromium here: scripts/install-packages pages brings it"))
struct ReportPageTests {
    private struct Look: Decodable {
        struct Contrast: Decodable {
            let ratio: Double
            let element: String
            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                ratio = try values.decode(Double.self)
                element = try values.decode(String.self)
            }
        }
        struct Anything: Decodable {}
        let overflow: [String]
        let contrast: Contrast
        let works: [String: Bool]?
        let pages: Int?
        let a4: Bool?
        let requests: [String]
        let console: [Anything]
    }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "ReportPages/look.py").path

    private func check(_ page: String, in scratch: Scratch) async throws {
        let run = try await Program.run(
            "/usr/bin/env", ["python3", Self.script, page], in: scratch, environment: ["HOME": scratch.path], within: 120)
        try #require(run.code == 0, "\(run.errors)")
        let looks = try JSONDecoder().decode([String: Look].self, from: Data(run.output.utf8))
        #expect(Set(looks.keys) == ["wide", "dark", "narrow", "noscript"])
        for (name, look) in looks {
            #expect(look.console.isEmpty && look.requests.isEmpty, "\(name): \(look.requests)")
            #expect(look.overflow.isEmpty, "\(name): \(look.overflow)")
            // WCAG AA.
            #expect(look.contrast.ratio >= 4.5, "\(name): \(look.contrast)")
            if name != "noscript" {
                #expect(look.works?.isEmpty == false && look.works?.values.contains(false) == false, "\(name): \(look.works ?? [:])")
            }
        }
        #expect(looks["wide"]?.a4 == true && (looks["wide"]?.pages ?? 0) > 1)
    }

    @Test func aRunLeavesAPageThatWorks() async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            "sml",
            [
                "loadtest", "local", "--loadtest-scenario", "open_loop", "--loadtest-duration", "3s", "--loadtest-max-tokens", "20",
                "--loadtest-stream", "--out", "out",
            ], in: scratch, environment: ["HOME": scratch.path], within: 60)
        try #require(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("report: out/report.html"))
        let page = try String(contentsOfFile: scratch.file("out/report.html"), encoding: .utf8)
        #expect(page.contains("sml loadtest local --loadtest-scenario open_loop --loadtest-duration 3s"))
        try await check(scratch.file("out/report.html"), in: scratch)
    }

    /// Two arms, and two runs that are no pair: both pages in the browser.
    @Test func pagesOfTwoSidesWork() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "scenarios/two.yaml",
            "executor: constant-vus\nvus: 4\nduration: 4s\nthink_time: \"0\"\nmax_tokens: 8\nstream: true\nwarmup: none\n")
        let servers = [
            try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "1ms"], in: scratch),
            try await EndpointProcess.start(["--ttft", "8ms", "--time-per-token", "1ms"], in: try Scratch()),
        ]
        let run = try await Program.run(
            "sml",
            [
                "loadtest", "ab", "--local", "--loadtest-scenario", "two", "--a-server-url", servers[0].url, "--b-server-url",
                servers[1].url,
                "--loadtest-model", "<i>m</i>", "--out", "out", "--no-test-request", "--quiet",
            ], in: scratch, environment: ["HOME": scratch.path], within: 60)
        // 65: so short a run may have no verdict. The page is there all the same.
        try #require([0, 65].contains(run.code), "\(run.errors)")
        let page = try String(contentsOfFile: scratch.file("out/report.html"), encoding: .utf8)
        #expect(page.contains("B against A") && page.contains("id=\"arm2-latency\"") && page.contains("&lt;i&gt;m&lt;/i&gt;"))
        try await check(scratch.file("out/report.html"), in: scratch)

        for (name, server) in [("one", servers[0]), ("<u>two", servers[1])] {
            let run = try await Program.run(
                "sml",
                [
                    "loadtest", "local", "--loadtest-scenario", "two", "--loadtest-server-url", server.url, "--loadtest-model", name,
                    "--out",
                    "made/\(name)", "--no-test-request", "--quiet", "--no-report",
                ], in: scratch, environment: ["HOME": scratch.path], within: 60)
            try #require(run.code == 0, "\(run.errors)")
        }
        let compared = try await Program.run(
            "sml", ["loadtest", "compare", "made/one", "made/<u>two", "--allow", "model", "--report", "compared.html", "--json"],
            in: scratch,
            environment: ["HOME": scratch.path], within: 60)
        #expect([0, 1, 2, 65].contains(compared.code) && compared.errors.contains("report: compared.html"), "\(compared)")
        #expect(compared.output.hasPrefix("{"))
        try await check(scratch.file("compared.html"), in: scratch)
        let both = try await Program.run(
            "sml", ["loadtest", "report", "made/one", "made/<u>two"], in: scratch, environment: ["HOME": scratch.path], within: 60)
        #expect(both.code == 0 && both.output == "report: report.html\n", "\(both)")
        let text = try String(contentsOfFile: scratch.file("report.html"), encoding: .utf8)
        #expect(text.contains("NOT COMPARABLE") && text.contains("model differs") && !text.contains("<u>two"))
        // A page that cannot be written is no verdict.
        let lost = try await Program.run(
            "sml", ["loadtest", "compare", "made/one", "made/<u>two", "--allow", "model", "--report", "no/where.html"], in: scratch,
            environment: ["HOME": scratch.path], within: 60)
        #expect(lost.code == 73 && lost.errors.contains("no/where.html"), "\(lost)")
    }

    /// Labels that would run, and a server whose words would.
    @Test func hostileTextIsShown() async throws {
        let scratch = try Scratch()
        let label = #"<img src=x onerror=alert(1)></script><script>alert(2)</script>"# + String(repeating: "<b>", count: 200)
        try scratch.write(
            "prompts.json",
            #"[{"label": "\#(label)", "max_tokens": 3, "content": "one"}, {"label": "العربية", "max_tokens": 3, "content": "[[fail:status=503]]"}]"#
        )
        let run = try await Program.run(
            "sml",
            [
                "loadtest", "local", "--loadtest-scenario", "throughput", "--loadtest-duration", "2s", "--loadtest-prompts-file",
                "prompts.json",
                "--loadtest-model", "<i>m</i>", "--out", "out", "--quiet", "--no-report",
            ], in: scratch, environment: ["HOME": scratch.path], within: 60)
        try #require(run.code == 0, "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("out/report.html")))
        let report = try await Program.run(
            "sml", ["loadtest", "report", "out", "-o", "page.html"], in: scratch, environment: ["HOME": scratch.path], within: 60)
        try #require(report.code == 0, "\(report.errors)")
        #expect(report.output == "report: page.html\n")
        try await check(scratch.file("page.html"), in: scratch)
    }

    @Test(arguments: [
        (["nothing-here"], "no run of that name"), (["empty"], "holds neither records"), (["x.json"], "no summary of sml loadtest"),
        (["x.smlrec"], "not a records file"),
    ])
    func whatIsNoRunIsSaid(arguments: [String], words: String) async throws {
        let scratch = try Scratch()
        try scratch.write("empty/other.txt", "x")
        try scratch.write("x.json", "{}")
        try scratch.write("x.smlrec", "{}")
        let run = try await Program.run("sml", ["loadtest", "report"] + arguments, in: scratch, environment: ["HOME": scratch.path])
        #expect(run.code == 65 && run.errors.contains(words) && run.errors.hasPrefix("sml: "), "\(run.code) \(run.errors)")
        #expect(!scratch.contents.contains { $0.hasSuffix(".html") })
    }
}
