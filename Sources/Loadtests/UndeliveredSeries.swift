// Series that a job could not deliver, delivered from here: the job does not hold its node for a receiver that does not
// answer, and whoever waits for it has the time. They keep the times they had.

import Base
import Glibc
import Metrics
import RemoteWrite
import Scenarios
import Submit

struct UndeliveredSeries: Sendable {
    let run: ClusterRun
    let record: JobRecord
    /// `K6_PROMETHEUS_RW_…` for the receiver: its URL, which may hold a password, and how we prove who we are.
    let variables: [String: String]
    let say: @Sendable (String) -> Void

    /// For a receiver that answers again; who waits at a terminal can end it.
    private static let patience = Duration.seconds(15)

    /// Delivers what `result` says was not.
    func deliver(_ result: RemoteWriteResult?) async {
        guard let result, result.undeliveredFile != nil else { return }
        let (files, problems) = await run.fetchUndelivered(record)
        for problem in problems { say("sml: \(problem)") }
        guard !files.isEmpty else { return }
        let url = Self.receiver(result.url, variables)
        for (remote, file) in files {
            do {
                if try await push(file, to: url) { await run.forgetUndelivered(remote) }
            } catch {
                say("sml: series that the job could not deliver: \(error)\n\(Self.hint(file, result.url))")
            }
        }
    }

    /// Whether nothing is left of it.
    private func push(_ file: String, to url: String) async throws -> Bool {
        var configuration = try RemoteWriteConfiguration(
            environment: variables, serverURL: url, parseDuration: { DurationGrammar.parse($0)?.duration })
        configuration.userAgent = Product.userAgent
        try configuration.checkFiles()
        let states = try UndeliveredStates.load(from: file)
        let left = try await states.push(to: configuration, drain: Self.patience).undelivered
        guard left.isEmpty else {
            try left.save(to: file)
            say(
                "sml: \(left.updates.count) of \(states.updates.count) series that the job could not deliver cannot be delivered from here either\n"
                    + Self.hint(file, "\(configuration.receiver)"))
            return false
        }
        unlink(file)
        say("\(states.updates.count) series that the job could not deliver: delivered to \(configuration.receiver) from here")
        return true
    }

    private static func hint(_ file: String, _ receiver: String) -> String {
        "  push them later: sml loadtest push \(ShellWord.quoted(file)) --url \(ShellWord.quoted(receiver))"
    }

    /// The summary's has neither password nor query; the variables' may, and is the same otherwise.
    private static func receiver(_ shown: String, _ variables: [String: String]) -> String {
        for name in ["K6_PROMETHEUS_RW_SERVER_URL", "SML_LOADTEST_METRICS_REMOTE_WRITE_URL"] {
            guard let url = variables[name], let parsed = try? ReceiverURL.parse(url), "\(parsed.url)" == shown else { continue }
            return url
        }
        return shown
    }
}
