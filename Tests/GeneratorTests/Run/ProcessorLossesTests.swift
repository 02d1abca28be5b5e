// The kernel's counters as files of a made-up machine: what is lost is what they grew by.

import Foundation
import TestSupport
import Testing

@testable import Generator

struct ProcessorLossesTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func write(_ path: String, _ text: String) throws { try scratch.write(String(path.dropFirst()), text) }

    private func machine(waits: [Int64], throttled: Int64, stolen: Int64) throws {
        for (thread, wait) in waits.enumerated() { try write("/proc/self/task/\(100 + thread)/schedstat", "123456 \(wait) 42\n") }
        try write("/proc/stat", "cpu  10 20 30 40 50 60 70 \(stolen) 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n")
        try write("/proc/self/cgroup", "0::/job/step\n")
        try write("/sys/fs/cgroup/job/step/cpu.stat", "usage_usec 5\nnr_throttled 0\nthrottled_usec 0\n")
        try write("/sys/fs/cgroup/job/cpu.stat", "usage_usec 5\nthrottled_usec \(throttled)\n")
    }

    @Test func whatTheyGrewBy() async throws {
        try machine(waits: [1_000, 5_000_000_000], throttled: 7_000_000, stolen: 100)
        var losses = ProcessorLosses(root: scratch.path)
        // Nothing is lost while nothing changes, whatever stood there before.
        #expect(losses.take() == ProcessorLoss())
        try machine(waits: [300_001_000, 5_000_400_000], throttled: 7_000_500, stolen: 110)
        try await Task.sleep(for: .milliseconds(2))
        let loss = losses.take()
        // The longest of a thread; a limit of the cgroup above.
        #expect(loss.runQueue == 300_000_000 && loss.throttled == 500_000)
        let cores = Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))), ticks = Int64(sysconf(Int32(_SC_CLK_TCK)))
        #expect(loss.stolen == 10 * (1_000_000_000 / ticks) / cores)
        #expect(losses.take() == ProcessorLoss())
    }

    /// Cores add up to more than the time there was.
    @Test func throttlingIsNoLongerThanTheTime() throws {
        try machine(waits: [], throttled: 0, stolen: 0)
        var losses = ProcessorLosses(root: scratch.path)
        try machine(waits: [], throttled: 900_000_000, stolen: 0)
        #expect(losses.take().throttled < 60_000_000_000)
    }

    @Test func nothingIsTold() {
        var losses = ProcessorLosses(root: scratch.path + "/nowhere")
        #expect(losses.take() == ProcessorLoss())
    }

    @Test func cgroupsOfTheFirstVersion() throws {
        try write("/proc/self/cgroup", "4:memory:/a\n3:cpu,cpuacct:/a/b\n")
        try write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 12\n")
        let limits = CgroupLimit.all(root: scratch.path)
        #expect(limits.count == 3 && limits[0].throttled == 12 && limits[1].throttled == nil)
    }

    /// This process waits for a core like any other: the real files can be read.
    @Test func theRealMachine() {
        var losses = ProcessorLosses()
        let loss = losses.take()
        #expect(loss.runQueue >= 0 && loss.throttled >= 0 && loss.stolen >= 0)
    }
}
