// What SLURM's commands print, read. Pure, because each has answers that look like something else: an empty one is not
// an error, an error is not always one.

import Base

enum SlurmAnswer {
    /// `Submitted batch job 123`, or with --parsable `123` or `123;cluster`.
    static func submitted(_ output: String) -> JobID? {
        let line = output.split(whereSeparator: \.isNewline).last ?? ""
        return line.split(separator: " ").last.flatMap { JobID($0.prefix { $0 != ";" }) }
    }

    /// `squeue -h -o %T|%r`; nil when the job is not in the queue.
    static func queued(_ output: String) -> JobState? {
        guard let line = output.split(whereSeparator: \.isNewline).first else { return nil }
        let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        return JobState(slurm: parts[0], reason: parts.count > 1 ? String(parts[1]) : nil, exitCode: "")
    }

    /// `squeue -h --start -o %S`: `2026-01-31T12:00:00`, or `N/A`.
    static func expectedStart(_ output: String) -> String? {
        let line = Redactor().line(output)
        return line.isEmpty || line == "N/A" ? nil : line.replacing("T", with: " ")
    }

    /// What squeue says, with exit code 1, of a job that is gone for longer than MinJobAge.
    static func isForgotten(_ errors: String) -> Bool { errors.contains("Invalid job id specified") }

    /// `sacct -n -P -o State,ExitCode,ElapsedRaw,TimelimitRaw`: the allocation's line, then one for each step; nil while
    /// accounting knows nothing.
    static func accounted(_ output: String) -> JobState? {
        let lines = output.split(whereSeparator: \.isNewline).map {
            $0.split(separator: "|", omittingEmptySubsequences: false)
        }
        guard let line = lines.first else { return nil }
        func number(_ index: Int) -> Int? { line.count > index ? SlurmTime.field(line[index]) : nil }
        // What killed a task is known of its step only; the job then failed with srun's exit code.
        let ranOut = line[0] == "FAILED" && lines.contains { $0[0] == "OUT_OF_MEMORY" }
        return JobState(
            slurm: ranOut ? "OUT_OF_MEMORY" : line[0], exitCode: line.count > 1 ? line[1] : "",
            elapsed: number(2).map { .seconds($0) }, limit: number(3).map { .seconds($0 * 60) })
    }

    /// `scontrol show job -o`: `… JobState=FAILED Reason=NonZeroExitCode … ExitCode=99:0 … RunTime=00:00:05 TimeLimit=02:00:00 …`.
    static func shown(_ output: String) -> JobState? {
        func value(_ key: String) -> Substring? {
            output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
        }
        return value("JobState").map { state in
            JobState(
                slurm: state, reason: value("Reason").map(String.init), exitCode: value("ExitCode") ?? "",
                elapsed: value("RunTime").flatMap { SlurmTime.parse($0) },
                limit: value("TimeLimit").flatMap { SlurmTime.parse($0) })
        }
    }

    /// `sinfo -h -o %P|%l|%s`: name, longest job, nodes of a job (`1-4`, `1-infinite`). The default one is marked with a
    /// star.
    static func partitions(_ output: String) -> [Partition] {
        var known: [Partition] = []
        for line in output.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
            let name = parts[0].filter { $0 != "*" && !$0.isWhitespace }
            guard !name.isEmpty, !known.contains(where: { $0.name == name }) else { continue }
            known.append(
                Partition(
                    name: name, timeLimit: parts.count > 1 ? SlurmTime.parse(parts[1]) : nil,
                    nodeLimit: parts.count > 2 ? parts[2].split(separator: "-").last.flatMap { Int($0) } : nil))
        }
        return known
    }
}
