// Canaries: an API key and a remote-write password that servers repeat wherever they can. They may be in the file that
// carries the key, in the environment of whoever was given them, and on the wire to where they belong. Nowhere else.

import Foundation
import Metrics
import TestSupport
import Testing

@Suite(.serialized) struct SecretsTests {
    private static let key = "sk-canary-5e8f1c7a9d"
    private static let password = "pw-canary-b0339ce2"

    /// Whether a process of anybody's has `secret` in `file` of its directory in /proc, by program name.
    private func holders(of secret: String, in file: String) -> Set<String> {
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return Set(
            ids.filter { $0 != getpid() }.compactMap { id in
                guard let data = FileManager.default.contents(atPath: "/proc/\(id)/\(file)"),
                    data.range(of: Data(secret.utf8)) != nil
                else { return nil }
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe")
                return program.map { URL(filePath: $0).lastPathComponent } ?? "?"
            })
    }

    /// A server that puts the key into every part of an answer, and sends us elsewhere with it.
    private func answers(_ elsewhere: String) -> [ScriptedAnswer] {
        let round: [ScriptedAnswer] =
            [
                .status(401, headers: ["WWW-Authenticate": "Bearer \(Self.key)"], body: "bad key \(Self.key)"),
                .status(200, body: #"{"model":"\#(Self.key)","choices":[{"finish_reason":"\#(Self.key)"}]}"#),
                .status(307, headers: ["Location": "\(elsewhere)?key=\(Self.key)"]),
                .status(500, body: "{\"error\": \"\(Self.key)"), .closeMidAnswer,
            ] + Self.forms.map { .status(307, headers: ["Location": "\(elsewhere)/\($0)?key=\($0)"]) }
        return Array(repeating: round, count: 40).flatMap { $0 }
    }

    /// As programs write a key down that they got: escaped, in Base64 (`Basic` has it after a name and a colon), in hexadecimal.
    private static var forms: [String] {
        let hex = key.utf8.map { String(format: "%02x", $0) }
        return [hex.map { "%" + $0 }.joined(), hex.joined(), hex.joined().uppercased(), key.uppercased()]
            + ["", "u:", "us:"].map { Data(($0 + key).utf8).base64EncodedString() }
    }

    /// What of each form the key alone decides.
    private static let traces = forms.map { String($0.dropFirst(8).dropLast(6)) }

    /// The words that end a run before its plan are a server's, which knows the key.
    @Test func aTestRequestThatFailsShowsNoKey() async throws {
        let scratch = try Scratch()
        let target = try ScriptedReceiver([.status(401, body: "bad key \(Self.key)")])
        let run = try await Program.run(
            "sml", ["loadtest", "local", "--loadtest-server-url", "http://127.0.0.1:\(target.port)", "--out", "run"], in: scratch,
            environment: ["SML_SWISSAI_RESEARCH_API_KEY": Self.key])
        #expect(run.code == 77 && run.errors.contains(": bad key **** ("), "\(run.errors)")
        #expect(!run.errors.contains(Self.key) && scratch.contents == [])
        #expect(target.requests.map { $0["Authorization"] } == ["Bearer \(Self.key)"])
    }

    @Test(arguments: [true, false]) func areNowhereTheyDoNotBelong(keyInFile: Bool) async throws {
        let scratch = try Scratch()
        let elsewhere = try ScriptedReceiver([.status(200, body: "{}")])
        let target = try ScriptedReceiver(answers("http://127.0.0.1:\(elsewhere.port)/elsewhere"))
        let receiver = try ScriptedReceiver([
            .status(500, body: "for \(Self.password)"), .status(307, headers: ["Location": elsewhere.url]),
            .status(401, body: "who is \(Self.password)"),
        ])
        var environment = [
            "K6_PROMETHEUS_RW_USERNAME": "me", "K6_PROMETHEUS_RW_PASSWORD": Self.password,
            "K6_PROMETHEUS_RW_PUSH_INTERVAL": "300ms",
            "SML_LOADTEST_METRICS_REMOTE_WRITE_URL": receiver.url,
        ]
        var arguments = [
            "loadtest", "local", "--loadtest-server-url", "http://127.0.0.1:\(target.port)", "--loadtest-scenario", "open_loop",
            "--loadtest-duration", "4s", "--out", "run", "--remote-write-drain", "1s", "--no-test-request",
        ]
        if keyInFile {
            arguments += ["--api-key-file", try scratch.write("key", Self.key + "\n")]
        } else {
            environment["SML_SWISSAI_RESEARCH_API_KEY"] = Self.key
        }
        let program = try Program("sml", arguments, in: scratch, environment: environment)
        try await eventually("requests and pushes") { target.requests.count >= 10 && receiver.requests.count >= 2 }
        for secret in [Self.key, Self.password] { #expect(holders(of: secret, in: "cmdline") == []) }
        #expect(holders(of: Self.key, in: "environ") == (keyInFile ? [] : ["sml"]))
        #expect(holders(of: Self.password, in: "environ") == ["sml", "sml-loadgen"])
        #expect(try await program.end(within: 30) == 0, "\(program.errors)")

        // It did get where it belongs, and only there.
        #expect(target.requests.allSatisfy { $0["Authorization"] == "Bearer \(Self.key)" })
        #expect(receiver.requests.allSatisfy { $0["Authorization"]?.hasPrefix("Basic ") == true })
        #expect(!elsewhere.requests.isEmpty && elsewhere.requests.allSatisfy { $0["Authorization"] == nil })
        #expect(receiver.requests.allSatisfy { request in ![Self.key, Self.password].contains { contains(request.body, $0) } })

        for secret in [Self.key, Self.password] {
            #expect(!program.output.contains(secret) && !program.errors.contains(secret), "\(program.errors)")
        }
        #expect(program.errors.contains("****"))
        var holding: [String] = []
        for name in scratch.contents where name != "key" {
            let path = scratch.file(name)
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            if contains([UInt8](data), Self.key) { holding.append(name) }
            for trace in Self.traces { #expect(!contains([UInt8](data), trace), "\(trace) in \(name)") }
            #expect(!contains([UInt8](data), Self.password), "\(name)")
        }
        #expect(holding == ["run/run_config.json"])
        #expect(mode(scratch.file("run/run_config.json")) == 0o600)
        #expect(mode(scratch.file("run")) == 0o700)
        #expect(scratch.contents.contains("run/undelivered.smlpush"))

        // Nor by what is made of these files later.
        for command in [["records", "run/records.smlrec"], ["summarize", "run/records.smlrec", "--json"]] {
            let later = try await Program.run("sml", ["loadtest"] + command, in: scratch)
            #expect(later.code == 0 && !later.output.contains(Self.key) && !later.errors.contains(Self.key))
        }
    }

    /// The simulated endpoint is nobody's business to tell.
    @Test func theEndpointGetsNone() async throws {
        let scratch = try Scratch()
        let program = try Program(
            "sml", ["loadtest", "local", "--loadtest-duration", "2s", "--out", "run", "--quiet"], in: scratch,
            environment: ["SML_SWISSAI_RESEARCH_API_KEY": Self.key, "K6_PROMETHEUS_RW_PASSWORD": Self.password])
        try await eventually("the run starts") { scratch.contents.contains("run/records.smlrec") }
        #expect(holders(of: Self.key, in: "environ") == ["sml"])
        #expect(!holders(of: Self.password, in: "environ").contains("sml-endpoint"))
        _ = try await program.end(within: 20)
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool { Data(bytes).range(of: Data(text.utf8)) != nil }

    private func mode(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int).flatMap { $0 } ?? 0
    }
}
