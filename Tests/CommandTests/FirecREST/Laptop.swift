// A machine with nothing of a cluster: a home directory, an address of FirecREST, and no program but ours.

import FirecRESTFake
import Foundation
import TestSupport
import Testing

struct Laptop {
    /// Every secret has this in it, those of the fake's own too.
    static let canary = "canary"
    static let key = "sk-canary-7f3a90"

    let scratch: Scratch
    let fake: FakeFirecREST
    let environment: [String: String]

    /// Sets FirecREST up with `sml init`, which keeps the secrets in files.
    ///
    /// - Parameter gatewayKey: used instead of client id and secret.
    init(_ fake: FakeFirecREST, gatewayKey: String? = nil) async throws {
        self.fake = fake
        scratch = try Scratch()
        // No PATH: what needs a scheduler's command, or ssh, fails.
        let machine = ["HOME": scratch.file("home"), "PATH": "/nonexistent"]
        environment = gatewayKey.map { machine.merging(["SML_FIRECREST_API_KEY": $0]) { $1 } } ?? machine
        let secrets = [
            "SML_FIRECREST_CLIENT_ID": fake.options.clientID, "SML_FIRECREST_CLIENT_SECRET": fake.options.clientSecret,
            "SML_SWISSAI_RESEARCH_API_KEY": Self.key,
        ]
        let done = try await Program.run(
            "sml",
            [
                "init", "--launcher", "firecrest", "--firecrest-url", fake.url, "--firecrest-token-uri", fake.tokenURL, "--no-input",
                "--secrets", "file",
            ], in: scratch, environment: machine.merging(secrets) { $1 })
        try #require(done.code == 0, "\(done.errors)")
    }

    func start(_ arguments: [String]) throws -> Program {
        try Program("sml", ["loadtest"] + arguments, in: scratch, environment: environment)
    }

    func sml(_ arguments: [String], within seconds: Double = 60) async throws -> (code: Int32, output: String, errors: String) {
        let program = try start(arguments)
        let code = try await program.end(within: seconds)
        return (code, program.output, program.errors)
    }

    /// Arguments of a run of `seconds` at 20 requests a second.
    func run(
        seconds: Int, server: String, prompts: String, image: String, members: String = "", extra: [String] = []
    ) throws -> [String] {
        let name = "load\(seconds)"
        try scratch.write(
            "scenarios/\(name).yaml",
            "executor: constant-arrival-rate\nrate: 20\nduration: \(seconds)s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n"
                + members)
        return [
            "run", "--firecrest-system", fake.options.system, "--partition", "normal", "--loadtest-server-url", server,
            "--loadtest-scenario", name, "--loadtest-prompts-file", prompts, "--loadtest-container-image", image,
            "--no-loadtest-metrics-remote-write", "--no-wait-until-healthy", "--no-test-request", "--loadtest-job-time", "00:20:00",
        ] + extra
    }
}

/// What `--verbose` prints, as it is on the wire.
struct PrintedCall: Equatable, CustomStringConvertible {
    /// Method and path, without the query, as ``FakeFirecREST/calls`` has them.
    var call: String
    var status: Int
    var description: String { "\(call) → \(status)" }

    static func read(_ errors: String) -> [PrintedCall] {
        errors.split(separator: "\n").compactMap { line in
            guard let match = line.wholeMatch(of: /((?:GET|POST|PUT|DELETE) [^ ?]+)(?:\?\S+)? → (\d{3}) \(\d+ ms\)/) else { return nil }
            return PrintedCall(call: String(match.1), status: Int(match.2) ?? 0)
        }
    }
}
