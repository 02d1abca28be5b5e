// Which lines of a script are not in a known one, and which of the known one are not in it: the usual longest common
// subsequence, on the fingerprints of lines.

/// How a script differs from a known version.
struct ScriptDifference: Equatable {
    /// Indices of lines that the known version does not have.
    var added: [Int] = []
    /// Where lines of the known version are missing: the index of the line before each gap, -1 at the beginning. Not where
    /// an added line stands in its place.
    var gaps: [Int] = []
    /// Lines that both have.
    var common = 0

    /// Longer scripts than this, ten times SML's, are somebody else's; the table below has a place for each pair of lines.
    static let mostLines = 5_000

    init(_ lines: [UInt16], from known: [UInt16]) {
        guard lines.count <= Self.mostLines else {
            added = Array(lines.indices)
            return
        }
        let width = known.count + 1
        // Of the lines from here on.
        var longest = [UInt16](repeating: 0, count: (lines.count + 1) * width)
        for own in lines.indices.reversed() {
            for other in known.indices.reversed() {
                longest[own * width + other] =
                    lines[own] == known[other]
                    ? longest[(own + 1) * width + other + 1] + 1
                    : max(longest[(own + 1) * width + other], longest[own * width + other + 1])
            }
        }
        common = Int(longest[0])
        var own = 0
        var other = 0
        while own < lines.count || other < known.count {
            let isCommon = own < lines.count && other < known.count && lines[own] == known[other]
            if isCommon {
                own += 1
                other += 1
                continue
            }
            // Everything up to the next common line is one difference.
            let start = own
            while own < lines.count || other < known.count {
                if own < lines.count, other < known.count, lines[own] == known[other] { break }
                let skipOwn = own < lines.count ? longest[(own + 1) * width + other] : 0
                let skipOther = other < known.count ? longest[own * width + other + 1] : 0
                if own < lines.count, other >= known.count || skipOwn >= skipOther { own += 1 } else { other += 1 }
            }
            if own > start { added += start..<own } else { gaps.append(start - 1) }
        }
    }
}
