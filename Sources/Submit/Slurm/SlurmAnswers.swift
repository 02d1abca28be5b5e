// What SLURM's commands print, read. Pure, because each has answers that look like something else: an empty one is not
// an error, an error is not always one.

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
        let line = ShownText.line(output, hiding: [])
        return line.isEmpty || line == "N/A" ? nil : line.replacing("T", with: " ")
    }

    /// What squeue says, with exit code 1, of a job that is gone for longer than MinJobAge.
    static func isForgotten(_ errors: String) -> Bool { errors.contains("Invalid job id specified") }

    /// `sacct -n -X -P -o State,ExitCode`: the allocation's line; nil while accounting knows nothing.
    static func accounted(_ output: String) -> JobState? {
        guard let line = output.split(whereSeparator: \.isNewline).first else { return nil }
        let parts = line.split(separator: "|", omittingEmptySubsequences: false)
        return JobState(slurm: parts[0], exitCode: parts.count > 1 ? parts[1] : "")
    }

    /// `scontrol show job -o`: `… JobState=FAILED Reason=NonZeroExitCode … ExitCode=99:0 …`.
    static func shown(_ output: String) -> JobState? {
        func value(_ key: String) -> Substring? {
            output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
        }
        return value("JobState").map { state in
            JobState(slurm: state, reason: value("Reason").map(String.init), exitCode: value("ExitCode") ?? "")
        }
    }

    /// `sinfo -h -o %P`: the default one is marked with a star.
    static func partitions(_ output: String) -> [String] {
        var known: [String] = []
        for line in output.split(whereSeparator: \.isNewline) {
            let name = line.filter { $0 != "*" && !$0.isWhitespace }
            if !name.isEmpty, !known.contains(name) { known.append(name) }
        }
        return known
    }
}
