// The machine a run used, as the operating system tells it: results from two machines are compared only by someone
// who can see that they are two.

import Base
import Glibc

/// Processor, limits and kernel. Everything unknown is empty or absent rather than guessed.
package struct MachineDescription: Codable, Sendable, Equatable {
    package var host: String = ""
    package var cpuModel: String = ""
    package var architecture: String = ""
    /// CPUs this process may run on (affinity mask), which under SLURM is what the job was given.
    package var cpus: Int = 0
    /// The tightest cgroup memory limit, bytes; absent if unlimited or unknown.
    package var memoryLimitBytes: Int64?
    package var kernel: String = ""

    package init() {}

    /// Asks the system. Never fails.
    package static func current() -> MachineDescription {
        var machine = MachineDescription()
        var names = utsname()
        if uname(&names) == 0 {
            machine.host = text(of: names.nodename)
            machine.kernel = text(of: names.sysname) + " " + text(of: names.release)
            machine.architecture = text(of: names.machine)
        }
        machine.cpus = allowedCPUs(in: readText("/proc/self/status") ?? "")
        machine.cpuModel = cpuModel(in: readText("/proc/cpuinfo") ?? "")
        machine.memoryLimitBytes = memoryLimit()
        return machine
    }

    /// Bits of the affinity mask, `Cpus_allowed: 00000000,000000ff`.
    static func allowedCPUs(in status: String) -> Int {
        let key = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else { return 0 }
        return line.dropFirst(key.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }

    /// `model name` on x86; ARM kernels give numbers only, which are at least comparable.
    static func cpuModel(in cpuinfo: String) -> String {
        var implementer = ""
        var part = ""
        for line in cpuinfo.split(separator: "\n") {
            let pair = line.split(separator: ":", maxSplits: 1).map { trimmed($0) }
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "model name": return pair[1]
            case "CPU implementer": implementer = pair[1]
            case "CPU part": part = pair[1]
            default: break
            }
        }
        return implementer.isEmpty ? "" : "ARM implementer \(implementer) part \(part)"
    }

    /// The smallest `memory.max` from our cgroup up to the root (cgroup v2), or the v1 file.
    private static func memoryLimit() -> Int64? {
        var limits: [Int64] = []
        for line in (readText("/proc/self/cgroup") ?? "").split(separator: "\n") where line.hasPrefix("0::") {
            var path = String(line.dropFirst(3))
            while true {
                if let limit = number("/sys/fs/cgroup\(path)/memory.max") { limits.append(limit) }
                guard let slash = path.lastIndex(of: "/") else { break }
                path = String(path[..<slash])
            }
        }
        if let limit = number("/sys/fs/cgroup/memory/memory.limit_in_bytes") { limits.append(limit) }
        // Version 1 writes "no limit" as a number just under 2^63.
        return limits.filter { $0 < 1 << 60 }.min()
    }

    private static func number(_ path: String) -> Int64? { readText(path).flatMap { Int64(trimmed($0[...])) } }

    private static func readText(_ path: String) -> String? {
        readFile(path, limit: 65_535).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func trimmed(_ text: Substring) -> String {
        let space: Set<Character> = [" ", "\t", "\n"]
        var text = text
        while let first = text.first, space.contains(first) { text.removeFirst() }
        while let last = text.last, space.contains(last) { text.removeLast() }
        return String(text)
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
