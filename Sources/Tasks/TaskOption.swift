// `--task`: which of how many tasks this process is. From SLURM's variables only when asked, because a run that takes
// half of a plan by accident measures half of what was asked for.

import Generator
import Base
import Scenarios

package enum TaskOption {
    static let accepted = "I/N with 0 ≤ I < N ≤ 1024, or slurm"

    /// Reads `1/4` (the second of four) or `slurm` (SLURM_PROCID of SLURM_NTASKS).
    ///
    /// - Throws: `ConfigurationError`, exit 64.
    package static func parse(_ text: String, environment: [String: String]) throws(ConfigurationError) -> TaskShare {
        if text == "slurm" {
            guard let index = environment["SLURM_PROCID"], let count = environment["SLURM_NTASKS"] else {
                throw ConfigurationError(
                    .usage, "--task slurm: SLURM_PROCID and SLURM_NTASKS are not set; expected to be started by srun")
            }
            return try share(index, count, "--task slurm: SLURM_PROCID=\(index) SLURM_NTASKS=\(count)")
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw ConfigurationError(.usage, "--task: \"\(text)\": expected \(accepted)") }
        return try share(String(parts[0]), String(parts[1]), "--task: \"\(text)\"")
    }

    private static func share(_ index: String, _ count: String, _ what: String) throws(ConfigurationError) -> TaskShare {
        guard let index = Int(index), let count = Int(count), (1...1024).contains(count), (0..<count).contains(index)
        else { throw ConfigurationError(.usage, "\(what): expected \(accepted)") }
        return TaskShare(index: index, count: count)
    }

    /// The attempt at a run that this process belongs to, so that what an earlier one left behind is not mistaken for
    /// its companions: a job's step, and how often SLURM restarted it.
    package static func attempt(environment: [String: String]) -> String {
        let names = ["SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_RESTART_COUNT"]
        let parts = names.compactMap { environment[$0] }.filter { !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }
        return parts.isEmpty ? "0" : parts.joined(separator: "-")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
