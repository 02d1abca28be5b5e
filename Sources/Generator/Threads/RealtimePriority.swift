// Real-time priority for the threads that send, where the user may have it: beside somebody's busy loop on the same CPU a request
// then leaves when it is due, not when the other's slice of 3 to 4 ms is over. Only the shards have it, which sleep between
// requests; what reads records, writes and pushes has not. Nothing is taken quietly: without the permission a run does not begin.

import Base
import Glibc

package enum RealtimePriority {
    /// Of SCHED_FIFO's 1 to 99 the lowest: before every ordinary thread, behind whatever else is real time (the kernel's own
    /// threads for interrupts have 50).
    static let level: Int32 = 1

    /// The highest that this process may take without being privileged (`ulimit -r`).
    static var allowed: UInt {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &limit) == 0 ? UInt(limit.rlim_cur) : 0
    }

    /// That a loop which never sleeps could not keep a CPU for itself: the kernel leaves ordinary threads 5 % of each second,
    /// unless somebody has told it not to.
    ///
    /// - Parameter root: where `/proc` is; another one in tests.
    /// - Throws: ``GeneratorError/unavailable(_:)``.
    static func requireBound(root: String = "") throws(GeneratorError) {
        guard let left = SmallFile(root + "/proc/sys/kernel/sched_rt_runtime_us")?.firstLine.first?.number, left < 0 else { return }
        throw .unavailable(
            "--realtime: this machine lets a real-time thread keep a CPU for ever (kernel.sched_rt_runtime_us is -1); "
                + "leave the option out, or set it back to 950000")
    }

    /// How long a real-time thread of this process may compute without sleeping, microseconds, before SIGXCPU (`rlim_cur`) and SIGKILL
    /// (`rlim_max`) end it: `ulimit -R`, which desktops' services and some sites set.
    static var turn: rlimit {
        var limit = rlimit(rlim_cur: .max, rlim_max: .max)
        return getrlimit(__rlimit_resource_t(__RLIMIT_RTTIME.rawValue), &limit) == 0 ? limit : rlimit(rlim_cur: .max, rlim_max: .max)
    }

    /// That a run at saturation, where shards do not sleep, is not ended by that limit: the lower one is lifted where the user may.
    ///
    /// - Throws: ``GeneratorError/unavailable(_:)``.
    static func requireEndlessTurn() throws(GeneratorError) {
        guard var endless = try endlessTurn(turn) else { return }
        _ = setrlimit(__rlimit_resource_t(__RLIMIT_RTTIME.rawValue), &endless)
    }

    /// What to set in place of `turn`; nil when there is nothing to do.
    static func endlessTurn(_ turn: rlimit) throws(GeneratorError) -> rlimit? {
        guard turn.rlim_max == .max else {
            throw .unavailable(
                "--realtime: the kernel would end a run that computes for \(turn.rlim_cur) µs without a pause, as at saturation (ulimit -R); "
                    + "start it where `ulimit -HR` is unlimited, or leave the option out")
        }
        return turn.rlim_cur == .max ? nil : rlimit(rlim_cur: .max, rlim_max: .max)
    }

    /// What to say to whom the kernel refuses it.
    static func refused(allowed: UInt) -> GeneratorError {
        let reason =
            allowed >= UInt(level)
            ? "ulimit -r would allow it, but the kernel refuses it, as in a control group without real-time budget (cpu.rt_runtime_us)"
            : "ulimit -r is \(allowed) and must be \(level); a line with `rtprio \(level)` in /etc/security/limits.conf allows it"
        return .unavailable("--realtime: real-time priority is not allowed here: \(reason). Leave the option out to run without")
    }
}
