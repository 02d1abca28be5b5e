// The real scheduler behind the fake: the commands FirecREST itself runs over SSH, as the job's user.

import Foundation

/// sbatch, sacct and scancel of the SLURM that `SLURM_CONF` names.
public struct SlurmCompute: Sendable {
    public let user: String
    public let userID: Int
    public let groupID: Int

    /// nil without a running SLURM, or without the user.
    public init?(user: String = "hpcuser") {
        guard ProcessInfo.processInfo.environment["SLURM_CONF"] != nil, let entry = getpwnam(user),
            let answer = try? Self.run(["sinfo", "-h"]), answer.status == 0
        else { return nil }
        self.user = user
        userID = Int(entry.pointee.pw_uid)
        groupID = Int(entry.pointee.pw_gid)
    }

    public var compute: FakeCompute {
        FakeCompute(
            submit: { script, directory, account in
                var words = ["sbatch", "--export=ALL,F7T_version=2.5.7", "--chdir=\(directory)"]
                if let account { words.append("--account=\(account)") }
                let answer = try run(words, input: script)
                guard answer.status == 0, let match = answer.output.firstMatch(of: /Submitted batch job (\d+)/) else {
                    throw CommandRefusal(answer.errors)
                }
                return String(match.1)
            }, jobs: jobs,
            cancel: { id in
                let answer = try run(["scancel", "--verbose", id])
                guard answer.status == 0, !answer.errors.contains(/.+error:/) else { throw CommandRefusal(answer.errors) }
            })
    }

    @Sendable private func jobs() -> [FakeJob] {
        let words = ["sacct", "-n", "-X", "-P", "-u", user, "-o", "JobID,JobName,State,ExitCode"]
        guard let answer = try? run(words) else { return [] }
        return answer.output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4 else { return nil }
            return FakeJob(
                id: fields[0], name: fields[1], state: fields[2], exitCode: Int(fields[3].prefix { $0 != ":" }))
        }
    }

    private func run(_ words: [String], input: String = "") throws -> (status: Int32, output: String, errors: String) {
        let asUser = getuid() == 0 ? ["setpriv", "--reuid", "\(userID)", "--regid", "\(groupID)", "--clear-groups"] : []
        return try Self.run(asUser + words, input: input)
    }

    private static func run(_ words: [String], input: String = "") throws
        -> (status: Int32, output: String, errors: String)
    {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let (output, errors, script) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = script
        try process.run()
        // Scripts and answers are smaller than a pipe's buffer.
        try script.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try script.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, complaint)
    }
}
