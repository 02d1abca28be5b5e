// The real scheduler behind the fake: the commands FirecREST itself runs over SSH, as the job's user.

import Foundation

/// sbatch, sacct, squeue and scancel of a running SLURM.
package struct SlurmCompute: Sendable {
    package let user: String
    package let userID: Int
    package let groupID: Int
    private let environment: [String: String]

    /// - Parameter environment: has PATH and SLURM_CONF; a login shell's, as jobs inherit it.
    package init?(user: String, environment: [String: String]) {
        guard let entry = getpwnam(user) else { return nil }
        self.user = user
        self.environment = environment
        userID = Int(entry.pointee.pw_uid)
        groupID = Int(entry.pointee.pw_gid)
    }

    package var compute: FakeCompute {
        FakeCompute(
            submit: { script, directory, account in
                // Held until it has what SLURM from 23.02 on makes itself, and the clusters behind FirecREST do.
                var words = ["sbatch", "--hold", "--export=ALL,F7T_version=2.5.7", "--chdir=\(directory)"]
                if let account { words.append("--account=\(account)") }
                let answer = try run(words, input: script)
                guard answer.status == 0, let match = answer.output.firstMatch(of: /Submitted batch job (\d+)/) else {
                    throw CommandRefusal(answer.errors)
                }
                let id = String(match.1)
                try makeLogDirectory(id)
                _ = try run(["scontrol", "release", id])
                return id
            }, jobs: jobs,
            cancel: { id in
                let answer = try run(["scancel", "--verbose", id])
                guard answer.status == 0, !answer.errors.contains(/.+error:/) else { throw CommandRefusal(answer.errors) }
            })
    }

    private func makeLogDirectory(_ id: String) throws {
        let shown = try run(["scontrol", "show", "job", "-o", id]).output
        guard let output = shown.firstMatch(of: /StdOut=(\S+)\/[^\/\s]+/) else { return }
        _ = try run(["mkdir", "-p", "--", String(output.1)])
    }

    /// What accounting says, and the queue about jobs that accounting does not know or that wait, as the server puts
    /// them together.
    @Sendable private func jobs() -> [FakeJob] {
        var jobs: [FakeJob] = []
        for fields in rows(["sacct", "-n", "-P", "--starttime=now-24hours", "-o", "JobID,JobName,State,ExitCode,End,TimelimitRaw"])
        where fields.count == 6 {
            let numbers = fields[3].split(separator: ":").map { Int($0) ?? 0 }
            if fields[0].contains(".") {
                guard !jobs.isEmpty else { continue }
                jobs[jobs.endIndex - 1].steps.append(
                    .init(id: fields[0], state: fields[2], exitCode: numbers.first ?? 0, signal: numbers.last ?? 0, end: Int(fields[4])))
            } else {
                var job = FakeJob(id: fields[0], name: fields[1], state: fields[2], exitCode: numbers.first)
                job.signal = numbers.last ?? 0
                job.end = Int(fields[4])
                job.limit = (Int(fields[5]) ?? 120) * 60
                jobs.append(job)
            }
        }
        for fields in rows(["squeue", "-h", "-u", user, "-o", "%i|%j|%T|%r"]) where fields.count == 4 {
            let isKnown = jobs.contains { $0.id == fields[0] }
            guard !isKnown || fields[2] == "PENDING" else { continue }
            jobs.removeAll { $0.id == fields[0] }
            jobs.append(FakeJob(id: fields[0], name: fields[1], state: fields[2], reason: fields[3]))
        }
        return jobs
    }

    private func rows(_ words: [String]) -> [[String]] {
        let output = (try? run(words))?.output ?? ""
        return output.split(separator: "\n").map { $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init) }
    }

    private func run(_ words: [String], input: String = "") throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--reuid", "\(userID)", "--regid", "\(groupID)", "--clear-groups"] + words
        process.environment = environment.merging(["SLURM_TIME_FORMAT": "%s"]) { $1 }
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
