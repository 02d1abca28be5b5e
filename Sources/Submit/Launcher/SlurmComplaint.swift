// What a command of SLURM that failed says about what it was asked to do. Three things that look alike: a refusal, which
// is final; a controller that was never reached; and one that was, and may have done it before the answer was lost.

import Base

enum SlurmComplaint: Sendable, Equatable {
    /// SLURM's own sentence.
    case refused(String)
    /// Nothing was carried out.
    case unreachable
    /// Whether it was carried out is unknown: it has to be looked up.
    case lost

    private static let lostWords = ["Socket timed out", "Zero Bytes were transmitted", "Connection reset by peer"]
    private static let unreachableWords = [
        "Unable to contact slurm controller", "Unable to establish control", "backup controller in standby mode",
    ]

    /// From what a command printed on stderr.
    init(_ errors: String, sentence: String) {
        func says(_ words: [String]) -> Bool { words.contains { errors.contains($0) } }
        self = says(Self.lostWords) ? .lost : says(Self.unreachableWords) ? .unreachable : .refused(sentence)
    }
}
