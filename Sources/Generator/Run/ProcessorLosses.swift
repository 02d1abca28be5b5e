// What took the processor away from this process, from the kernel's own counters, once a second: waiting behind others for a
// core, the cgroup's limit, the hypervisor. A verdict on the generator needs none of it; whoever has to act on one does. CPU
// time does not tell: runs whose percentiles were wrong by 20 % had used 1 % of a core.

import Base
import Glibc

/// Nanoseconds lost since the last look.
struct ProcessorLoss: Sendable, Equatable {
    /// The longest any thread of this process was runnable without running.
    var runQueue: Int64 = 0
    /// By the limit of this process's cgroup, or of one above it. Cores added up, at most the time that passed.
    var throttled: Int64 = 0
    /// By the hypervisor, the mean of all cores.
    var stolen: Int64 = 0
}

/// Reads the counters and remembers them. What the kernel does not tell is 0.
struct ProcessorLosses: Sendable {
    private var waits: [Int32: Int64] = [:]
    private var throttled: Int64?
    private var stolen: Int64?
    private var looked = RunClock.monotonicNow
    private let limits: [CgroupLimit]
    private let root: String

    /// - Parameter root: where `/proc` and `/sys` are; another one in tests.
    init(root: String = "") {
        self.root = root
        limits = CgroupLimit.all(root: root)
        _ = take()
    }

    mutating func take() -> ProcessorLoss {
        let now = RunClock.monotonicNow
        let passed = max(0, now - looked)
        looked = now
        var loss = ProcessorLoss()
        let waits = Self.runQueueWaits(root: root)
        // A thread that is new has waited since it began, which is not long ago.
        for (thread, wait) in waits { loss.runQueue = max(loss.runQueue, wait - (self.waits[thread] ?? wait)) }
        self.waits = waits
        let throttled = limits.compactMap(\.throttled).max()
        loss.throttled = min(passed, max(0, (throttled ?? 0) - (self.throttled ?? throttled ?? 0)))
        self.throttled = throttled
        let stolen = Self.stolen(root: root)
        loss.stolen = max(0, (stolen ?? 0) - (self.stolen ?? stolen ?? 0))
        self.stolen = stolen
        return loss
    }

    /// By thread: second number of its schedstat (Documentation/scheduler/sched-stats.rst). The file of the process itself is
    /// its first thread's only, and that one generates no load.
    private static func runQueueWaits(root: String) -> [Int32: Int64] {
        let tasks = root + "/proc/self/task"
        guard let directory = opendir(tasks) else { return [:] }
        defer { closedir(directory) }
        var waits: [Int32: Int64] = [:]
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let thread = Int32(name), let words = SmallFile("\(tasks)/\(name)/schedstat")?.firstLine else { continue }
            if words.count >= 2, let wait = words[1].number { waits[thread] = wait }
        }
        return waits
    }

    /// Eighth number of the first line of /proc/stat, in ticks of all cores together (proc(5)).
    private static func stolen(root: String) -> Int64? {
        guard let words = SmallFile(root + "/proc/stat")?.firstLine, words.count >= 9, let steal = words[8].number else { return nil }
        let ticks = max(1, Int64(sysconf(Int32(_SC_CLK_TCK)))), cores = max(1, Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return steal * (1_000_000_000 / ticks) / cores
    }
}

/// A cgroup that may limit this process, with the file that says how long it did.
struct CgroupLimit: Sendable, Equatable {
    let path: String

    /// This process's cgroup and those above it, of either version of cgroups.
    static func all(root: String) -> [CgroupLimit] {
        guard let text = SmallFile(root + "/proc/self/cgroup")?.text else { return [] }
        var found: [CgroupLimit] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isSecond = fields[0] == "0" && fields[1].isEmpty
            guard isSecond || fields[1].split(separator: ",").contains("cpu") else { continue }
            let mount = root + "/sys/fs/cgroup" + (isSecond ? "" : "/\(fields[1])")
            var names = fields[2].split(separator: "/")
            while true {
                found.append(CgroupLimit(path: ([mount] + names.map(String.init) + ["cpu.stat"]).joined(separator: "/")))
                if names.isEmpty { break }
                names.removeLast()
            }
        }
        return found
    }

    /// Nanoseconds so far; nil where there is no limit to tell of.
    var throttled: Int64? {
        guard let file = SmallFile(path) else { return nil }
        for words in file.lines {
            guard words.count == 2, let number = words[1].number else { continue }
            if words[0].elementsEqual("throttled_usec".utf8) { return number * 1000 }
            if words[0].elementsEqual("throttled_time".utf8) { return number }
        }
        return nil
    }
}
