// Threads before all ordinary ones: only where the machine is safe from them, only those that are meant, and never quietly without.

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Generator

struct RealtimePriorityTests {
    @Test(arguments: ["950000\n", "0\n"]) func aMachineThatLeavesOthersTimeIsSafe(text: String) throws {
        let scratch = try ScratchDirectory()
        try scratch.write("proc/sys/kernel/sched_rt_runtime_us", text)
        try RealtimePriority.requireBound(root: scratch.path)
        // A kernel that does not say has its default.
        try RealtimePriority.requireBound(root: scratch.path + "/nowhere")
    }

    @Test func aMachineThatLeavesThemNoneIsRefused() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("proc/sys/kernel/sched_rt_runtime_us", "-1\n")
        let error = #expect(throws: GeneratorError.self) { try RealtimePriority.requireBound(root: scratch.path) }
        #expect(error?.description.contains("kernel.sched_rt_runtime_us is -1") == true)
    }

    /// `ulimit -SR` may be lifted by whoever has it, `ulimit -R` not.
    @Test func aLimitThatWouldEndTheRunIsLiftedOrRefused() throws {
        #expect(try RealtimePriority.endlessTurn(rlimit(rlim_cur: .max, rlim_max: .max)) == nil)
        let lifted = try #require(try RealtimePriority.endlessTurn(rlimit(rlim_cur: 200_000, rlim_max: .max)))
        #expect(lifted.rlim_cur == .max && lifted.rlim_max == .max)
        let error = #expect(throws: GeneratorError.self) {
            try RealtimePriority.endlessTurn(rlimit(rlim_cur: 200_000, rlim_max: 500_000))
        }
        #expect(error?.exitCode == 69)
        #expect(error?.description.contains("for 200000 µs without a pause, as at saturation (ulimit -R)") == true)
    }

    @Test func aRefusalSaysWhatToDo() {
        let user = RealtimePriority.refused(allowed: 0)
        #expect(user.description.contains("ulimit -r is 0 and must be 1") && user.description.contains("limits.conf"))
        #expect(user.exitCode == 69)
        #expect(RealtimePriority.refused(allowed: 99).description.contains("control group"))
    }

    private static func schedule() -> [String]? {
        guard let text = SmallFile("/proc/thread-self/stat")?.text, let end = text.lastIndex(of: ")") else { return nil }
        // The third number of proc(5) is the first behind the name.
        let numbers = text[end...].split(separator: " ").dropFirst().map(String.init)
        return [numbers[40 - 3], numbers[41 - 3]]
    }

    /// By the kernel's own account, proc(5): the 40th number is the priority, the 41st the policy (SCHED_FIFO is 1).
    @Test func aThreadHasItAndWhatItStartsHasNot() async throws {
        let seen = Mutex<[[String]?]>([])
        let thread: SerialThread
        do {
            thread = try SerialThread("test-realtime", isRealtime: true)
        } catch {
            // Whoever may not have it is told so; whether this process may, its limit and its privileges say.
            #expect(error == RealtimePriority.refused(allowed: RealtimePriority.allowed))
            return
        }
        thread.async {
            seen.withLock { $0.append(Self.schedule()) }
            _ = try? OwnThread.start("test-child") { seen.withLock { $0.append(Self.schedule()) } }
        }
        #expect(await eventually { seen.withLock { $0.count } == 2 })
        #expect(seen.withLock { $0 } == [["1", "1"], ["0", "0"]])
    }
}
