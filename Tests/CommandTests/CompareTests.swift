// Runs by name from the command that makes them to the comparison of two: a server that is slower is found so by the exit code, and
// what is no pair is refused by name.

import Base
import Foundation
import Testing

@Suite struct CompareTests {
    private struct Runs {
        let scratch: Scratch
        var environment: [String: String] { ["HOME": scratch.file("home"), "NO_COLOR": "1"] }

        func sml(_ arguments: String...) async throws -> (code: Int32, output: String, errors: String) {
            try await Program.run("sml", ["loadtest"] + arguments, in: scratch, environment: environment, within: 60)
        }

        func local(
            _ name: String, _ server: String, scenario: String = "pair", duration: String = "8s"
        ) async throws -> (code: Int32, output: String, errors: String) {
            try await sml(
                "local", "--loadtest-scenario", scenario, "--loadtest-server-url", server, "--name", name, "--out", "made/\(name)",
                "--quiet", "--loadtest-duration", duration,
                "--no-test-request")
        }
    }

    @Test func aSlowerServerIsFoundByName() async throws {
        let scratch = try Scratch()
        let runs = Runs(scratch: scratch)
        // A closed loop has no schedule to be late for, whatever else this machine does.
        for (name, users) in [("pair", 20), ("other", 10)] {
            try scratch.write(
                "scenarios/\(name).yaml",
                "executor: constant-vus\nvus: \(users)\nduration: 8s\nthink_time: \"0\"\nmax_tokens: 3\nwarmup: none\n"
            )
        }
        let quick = try await EndpointProcess.start(["--ttft", "400ms", "--time-per-token", "1ms"], in: scratch)
        let slow = try await EndpointProcess.start(["--ttft", "800ms", "--time-per-token", "1ms"], in: scratch)
        for (name, server) in [("tp4", quick.url), ("dp4", slow.url)] {
            let made = try await runs.local(name, server)
            try #require(made.code == 0, "\(made.errors)")
        }

        let worse = try await runs.sml("compare", "tp4", "dp4")
        #expect(worse.code == 1 && worse.output.contains("B is WORSE") && worse.errors.isEmpty, "\(worse)")
        #expect(worse.output.contains("one after the other") && worse.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try await runs.sml("compare", "dp4", "tp4").code == 2)
        #expect(try await runs.sml("compare", "tp4", "dp4", "--tolerance", "500%").code == 0)
        // Paths of several forms are the same runs.
        let paths = try await runs.sml("compare", "made/tp4", "made/dp4/summary.json", "--json")
        let document = try JSON.parse(paths.output)
        #expect(paths.code == 1 && document["verdict"]?.text == "b_worse" && document["design"]?.text == "sequential")
        let median = try #require(document[path: "figures", "latency_p50", "measured", "ratio"]?.number)
        #expect(1.5 < median && median < 2.3)

        // A baseline stands for A.
        #expect(try await runs.sml("compare", "--baseline", "dp4").errors.contains("none is pinned"))
        #expect(try await runs.sml("baseline", "tp4").code == 0)
        #expect(try await runs.sml("baseline").output.hasPrefix("tp4\t"))
        #expect(try await runs.sml("compare", "--baseline", "dp4").code == 1)
        #expect(try await runs.sml("baseline", "--clear").code == 0)

        let list = try await runs.sml("list")
        #expect(list.code == 0 && list.output.contains("tp4") && list.output.contains("dp4") && list.output.hasPrefix("RUN"))
        let listed = try JSON.parse(try await runs.sml("list", "--json").output).elements
        #expect(Set(listed.compactMap { $0["name"]?.text }) == ["tp4", "dp4"])
        #expect(listed.allSatisfy { $0["scenario"]?.text == "pair" && ($0["p50_ms"]?.number ?? 0) > 400 })

        // What is no pair, no run, no name.
        let taken = try await runs.local("tp4", quick.url)
        #expect(taken.code == 64 && taken.errors.contains("--name: tp4 is the name of the run loadtest_pair_"), "\(taken)")
        let odd = try await runs.sml("local", "--loadtest-scenario", "pair", "--name", "a/b")
        #expect(odd.code == 64 && odd.errors.contains("--name: \"a/b\" is not accepted"))
        let none = try await runs.sml("compare", "tp4", "tp5")
        #expect(none.code == 65 && none.errors.hasPrefix("sml: tp5: no such file or directory, and no run of that name"))
        #expect(try await runs.sml("compare", "tp4").code == 64)
        #expect(try await runs.sml("compare", "tp4", "dp4", "--tolerance", "3").errors.contains("expected a percentage such as 3%"))
        #expect(try await runs.sml("compare", "tp4", "dp4", "--allow", "modle").errors.contains("is nothing these runs have"))
        let other = try await runs.local("third", quick.url, scenario: "other", duration: "2s")
        try #require(other.code == 0, "\(other.errors)")
        let refused = try await runs.sml("compare", "tp4", "third")
        #expect(refused.code == 65 && refused.output.contains("NOT COMPARABLE\n  vus differs (A 20, B 10)\n"), "\(refused)")
        // A name is free again when its run is gone.
        try FileManager.default.removeItem(atPath: scratch.file("made/tp4"))
        #expect(try await runs.local("tp4", quick.url, duration: "2s").code == 0)
    }
}
