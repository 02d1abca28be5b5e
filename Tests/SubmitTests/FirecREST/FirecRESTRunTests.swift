// The calls of one run in their order, as `--verbose` prints them, and that no secret is left anywhere it should not
// be. The scheduler is a program run in place of a job.

import FirecRESTFake
import Foundation
import HTTPClient
import Synchronization
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(1))) struct FirecRESTRunTests {
    private static let label = "loadtest_x_20260101_000000_ABCDEF"

    /// Stages, submits, waits and fetches as a run does. `finalState` is how the job ends.
    private func run(_ played: FakeCluster, finalState: String) async throws {
        let configuration = ConfigurationFile.empty(environment: ["SML_CONFIG_DIR": played.scratch.file("sml")])
        var tree = configuration.tree
        tree.set("launcher", "firecrest")
        tree.set("firecrest_url", played.fake.url)
        tree.set("firecrest_token_uri", played.fake.tokenURL)
        let notes = played.notes
        let connection = try await FirecRESTConnection(
            configuration: ConfigurationFile(tree: tree, path: configuration.path),
            environment: ["SML_FIRECREST_CLIENT_ID": "id-canary", "SML_FIRECREST_CLIENT_SECRET": "secret-canary"],
            http: HTTPClient(userAgent: "test/1"), trace: { notes.note($0) })
        let cluster = try await connection.open(system: "cluster", partition: "normal", account: nil)
        let directory = "\(cluster.directory)/\(Self.label)"
        try await cluster.makeDirectory(directory, isPrivate: true)
        try await cluster.write(
            Array("{\"api_key\":\"key-canary\"}".utf8), directory: directory, name: "run_config.json", isSecret: true)
        let id = try await cluster.submit(
            script: FakeCluster.script, name: FakeCluster.jobName, workingDirectory: cluster.directory)
        #expect(try await cluster.job(id, age: .zero)?.isOver == false)
        // The job runs: it writes its log and its result.
        let log = "\(cluster.directory)/logs/\(id)/loadtest.out"
        try played.write(log, Data("running\n".utf8))
        try played.write("\(directory)/summary.json", Data("{}".utf8))
        played.scheduler.set(id, "RUNNING")
        #expect(try await cluster.lines(log, from: 0).text == "running\n")
        played.scheduler.set(id, finalState)
        #expect(try await cluster.job(id, age: .zero)?.isOver == true)
        #expect(try await cluster.fetch("\(directory)/summary.json", to: played.scratch.file("summary.json")))
        try await cluster.remove("\(directory)/run_config.json")
    }

    @Test(arguments: ["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED by 1000", "NODE_FAIL"])
    func theSequenceIsSMLsWithOurAdditions(finalState: String) async throws {
        let played = try FakeCluster()
        try await run(played, finalState: finalState)
        let files = "/filesystem/cluster/ops"
        let expected = [
            "POST token", "GET /status/systems", "GET /status/cluster/partitions", "GET /status/cluster/userinfo",
            "POST \(files)/mkdir", "PUT \(files)/chmod", "POST \(files)/upload", "PUT \(files)/chmod",
            "POST /compute/cluster/jobs", "GET /compute/cluster/jobs/100", "GET \(files)/view",
            "GET /compute/cluster/jobs/100", "GET \(files)/stat", "GET \(files)/download", "DELETE \(files)/rm",
        ]
        #expect(played.fake.calls == expected)
        // `--verbose` says the same, with the status of each.
        let printed = played.notes.lines.map { line in
            line.prefix { $0 != "?" && $0 != "→" }.trimmingCharacters(in: .whitespaces)
        }
        #expect(printed == expected)
        #expect(played.fake.violations == [])
        #expect(FileManager.default.contents(atPath: played.scratch.file("summary.json")) == Data("{}".utf8))
        if finalState == "COMPLETED" { for line in played.notes.lines { print(line) } }
    }

    @Test func secretsAreInNoLogNoFileAndNoRequestToAnotherHost() async throws {
        let played = try FakeCluster()
        try await run(played, finalState: "COMPLETED")
        #expect(played.notes.lines.allSatisfy { !$0.contains("canary") })
        #expect(played.scratch.holding("canary") == [:])
        // The client's secret goes to the token's host, the token to the API, neither anywhere else.
        for request in played.fake.requests {
            #expect(request["authorization"] == "Bearer token-canary-1" && request["x-api-key"] == nil)
            #expect(!String(decoding: request.body, as: UTF8.self).contains("secret-canary"))
        }
        #expect(played.fake.requestsToStore.isEmpty)
    }
}
