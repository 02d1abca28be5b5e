// A directory of one test, removed with it, and the files most tests put into it.

import Foundation

final class Scratch: Sendable {
    let path: String
    /// Logs of children: beside the test's own files, so that a listing shows only what a command left.
    private let logs: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "sml-commands-\(UUID().uuidString)")
        path = base.appending(path: "work").path
        logs = base.appending(path: "logs").path
        for directory in [path, logs] {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent()) }

    func file(_ name: String) -> String { path + "/" + name }
    func hidden(_ name: String) -> String { logs + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let target = URL(filePath: file(name))
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: target)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target.path)
        return target.path
    }

    /// Writes a run's files; returns the options of `sml-loadgen` that name them and where its results go. Without a test
    /// request: what a server saw is to be the plan.
    func stage(_ scenario: String, server: String, members: String = #""think_time": "0""#, out: String = "out") throws -> [String] {
        let configuration = Self.configuration(server: server, scenario: scenario, members: members)
        return [
            "--config", try write("\(out).json", configuration), "--prompts", try write("prompts.json", Self.prompts),
            "--out", file(out), "--records", file("\(out)/records.smlrec"), "--no-test-request",
        ]
    }

    /// Every file and directory in it, relative, sorted.
    var contents: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: path))?.sorted() ?? [] }

    /// Three labels, told apart in the endpoint's log by their number of tokens.
    static let prompts = """
        [{"label": "a", "max_tokens": 3, "content": "one"}, {"label": "b", "max_tokens": 5, "content": "two two"},
         {"label": "c", "max_tokens": 7, "messages": [{"role": "user", "content": "three three three"}]}]
        """
    static let tokens = ["a": 3, "b": 5, "c": 7]

    /// A run configuration as SML writes it; `members` are JSON text added to its top.
    static func configuration(server: String, scenario: String, members: String = "") -> String {
        """
        {"server_url": "\(server)", "api_key": null, "model": "m", "scenario": "test",
         "scenario_definition": \(scenario), "request_timeout": null, "prompt_seed": 1, "custom": null,
         "ignore_eos": true\(members.isEmpty ? "" : ", " + members)}
        """
    }
}
