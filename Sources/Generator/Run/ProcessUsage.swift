// What the generator itself costs, from the kernel: the proof that it was not the bottleneck starts here.

import Glibc

/// CPU time and memory of this process.
package struct ProcessUsage: Sendable, Equatable {
    /// User plus system, nanoseconds.
    package var cpuTime: Int64
    /// Resident now, bytes.
    package var residentBytes: Int64
    /// Largest resident ever, bytes.
    package var peakBytes: Int64

    package static func now() -> ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func nanoseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000 }
        let peak = Int64(usage.ru_maxrss) * 1024
        return ProcessUsage(
            cpuTime: nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime),
            residentBytes: residentPages().map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) } ?? peak,
            peakBytes: peak)
    }

    /// Second number of /proc/self/statm.
    private static func residentPages() -> Int64? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var total = 0
        var resident = 0
        let read = withUnsafeMutablePointer(to: &total) { total in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
            }
        }
        return read == 2 ? Int64(resident) : nil
    }
}
