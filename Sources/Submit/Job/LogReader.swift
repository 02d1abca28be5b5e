// Follows a file that a job writes.

struct LogReader: Sendable {
    let launcher: any Launcher
    let path: String
    private var offset: UInt64 = 0

    init(launcher: any Launcher, path: String) {
        self.launcher = launcher
        self.path = path
    }

    /// Whole lines since the last call, at most 256 kB of them, or all there are when no later call comes.
    mutating func newLines(untilEnd: Bool) async throws(LauncherError) -> String {
        var all = ""
        repeat {
            guard let bytes = try await launcher.read(path, from: offset, limit: 256 << 10),
                let end = bytes.lastIndex(of: 0x0A)
            else { break }
            offset += UInt64(end) + 1
            all += String(decoding: bytes[...end], as: UTF8.self)
        } while untilEnd
        return all
    }
}
