// Paths and times for tests, straight from the C library.

import Glibc

/// A path in the temporary directory that nothing uses yet.
func temporaryPath() -> String {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(directory)/remote-write-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
}

func remove(_ path: String) { unlink(path) }

/// An HTTP date (RFC 9110 §5.6.7) that lies `seconds` ahead, cut to a whole second.
func httpDate(secondsFromNow seconds: Int) -> String {
    var time = time(nil) + seconds
    var parts = tm()
    gmtime_r(&time, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        guard let start = text.baseAddress else { return "" }
        strftime(start, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(cString: start)
    }
}

/// Milliseconds since 1970.
func wallMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
