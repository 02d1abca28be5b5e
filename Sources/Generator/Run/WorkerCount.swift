// How many shards a run gets: what the job was given, never what the machine has. A generator that takes CPUs from
// the server next to it measures itself.

import CLinux
import Glibc
import Base
import Scenarios

/// The CPUs available to this process, with where the number comes from.
package struct WorkerCount: Sendable, Equatable {
    package var count: Int
    /// `SLURM_CPUS_PER_TASK`, `cgroup`, `affinity` or `default`.
    package var source: String

    package init(count: Int, source: String) {
        self.count = count
        self.source = source
    }

    /// More shards than this split a plan finer than any LLM test needs.
    package static let limit = 64

    /// The smallest of SLURM's grant, the cgroup's quota (rounded down, at least 1) and the affinity mask.
    ///
    /// - Throws: ``GeneratorError/environment(_:)`` when SLURM's grant is no number: to run on another number of CPUs
    ///   than were granted, unnoticed, would be to measure that.
    package static func available(environment: [String: String]) throws(GeneratorError) -> WorkerCount {
        var found: [WorkerCount] = []
        if let text = environment["SLURM_CPUS_PER_TASK"], !text.isEmpty {
            guard let granted = Int(text), granted > 0 else {
                throw .environment(
                    "SLURM_CPUS_PER_TASK: \(JSON.string(text).shown) is not accepted; expected a whole number of at least 1")
            }
            found.append(WorkerCount(count: granted, source: "SLURM_CPUS_PER_TASK"))
        }
        if let quota = cgroupQuota() { found.append(WorkerCount(count: quota, source: "cgroup")) }
        let affinity = Int(sml_affinity_cpu_count())
        if affinity > 0 { found.append(WorkerCount(count: affinity, source: "affinity")) }
        let least = found.min { $0.count < $1.count } ?? WorkerCount(count: 1, source: "default")
        return WorkerCount(count: min(least.count, limit), source: least.source)
    }

    /// CPUs the cgroup's quota is worth, v2 (`cpu.max`: "QUOTA PERIOD" or "max PERIOD") or v1.
    private static func cgroupQuota() -> Int? {
        if let text = firstLine(of: "/sys/fs/cgroup/cpu.max") {
            let parts = text.split(separator: " ").compactMap { Double($0) }
            return parts.count == 2 && parts[1] > 0 ? max(1, Int(parts[0] / parts[1])) : nil
        }
        guard let quota = firstLine(of: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us").flatMap(Double.init), quota > 0,
            let period = firstLine(of: "/sys/fs/cgroup/cpu/cpu.cfs_period_us").flatMap(Double.init), period > 0
        else { return nil }
        return max(1, Int(quota / period))
    }

    private static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
