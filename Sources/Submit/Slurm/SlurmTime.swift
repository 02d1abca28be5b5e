// Times as SLURM's commands print them, and its version, on which it depends what they do.

enum SlurmTime {
    /// `[days-]hours:minutes:seconds` or `minutes:seconds`; nil for `infinite`, `UNLIMITED`, `n/a`, `INVALID`.
    static func parse(_ text: some StringProtocol) -> Duration? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let clock = parts.last else { return nil }
        let days = parts.count == 2 ? field(parts[0]) : 0
        let fields = clock.split(separator: ":", omittingEmptySubsequences: false).map { field($0) }
        guard let days, fields.count == 3 || (fields.count == 2 && parts.count == 1), fields.allSatisfy({ $0 != nil })
        else { return nil }
        let seconds = fields.reduce(0) { $0 * 60 + ($1 ?? 0) }
        return .seconds(days * 86_400 + seconds)
    }

    /// No number of a time is longer than nine digits; a larger one would overflow what it is multiplied with.
    static func field(_ text: some StringProtocol) -> Int? { Int(text).flatMap { (0..<1_000_000_000).contains($0) ? $0 : nil } }
}

/// `slurm 24.05.4`, on Debian `slurm-wlm 22.05.8`.
struct SlurmVersion: Comparable {
    /// Makes the directory of `--output` itself.
    static let makesLogDirectory = SlurmVersion(major: 23, minor: 2)

    let major: Int
    let minor: Int

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Of `sbatch --version`; nil for anything else.
    init?(_ output: String) {
        guard let word = output.split(whereSeparator: \.isWhitespace).last else { return nil }
        let numbers = word.split(separator: ".").map { Int($0) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    static func < (left: SlurmVersion, right: SlurmVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
