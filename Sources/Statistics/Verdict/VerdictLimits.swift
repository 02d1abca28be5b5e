// The limits between VALID, SUSPECT and INVALID. They come from runs on starved machines whose true latencies were known.

extension GeneratorFigures {
    /// Percentiles that a run is judged by: those a comparison judges. p99.9 has a verdict of its own only.
    package static let headline = [0.5, 0.95, 0.99]

    /// The verdict on percentile `p`: what concerns the whole run, and what concerns this percentile.
    package func verdict(p: Double) -> GeneratorVerdict { GeneratorVerdict(ofRun + of(p)) }

    /// The verdict on the run: the worst of its headline percentiles.
    package func verdict(headline: [Double] = Self.headline) -> GeneratorVerdict {
        GeneratorVerdict(ofRun + headline.flatMap(of))
    }

    private typealias Finding = (level: GeneratorVerdict.Level, reason: GeneratorVerdict.Reason)

    private var ofRun: [Finding] {
        var found = [GeneratorVerdict.Reason.atCap(share: atCapShare)]
        if let meanRelativeLateness { found.append(.meanRelativeLateness(meanRelativeLateness)) }
        if let relativeReadLateness { found.append(.readLate(relativeReadLateness)) }
        if let backlog { found.append(.relativeBacklog(Double(backlog) / max(1, meanInFlight))) }
        return found.map { ($0.level, $0) }
    }

    private func of(_ p: Double) -> [Finding] {
        var found = [GeneratorVerdict.Reason.unmeasured(p: p, share: unmeasuredShare)]
        for (shifted, shift) in shifts where shifted == p { found.append(.shift(p: p, shift)) }
        return found.map { ($0.level, $0) }
    }
}

extension GeneratorVerdict.Reason {
    /// By this criterion alone.
    package var level: GeneratorVerdict.Level {
        let (figure, valid, suspect): (Double, Double, Double) =
            switch self {
            case .atCap(let share): (share, 0, 0.01)
            case .meanRelativeLateness(let share): (share, 0.003, 0.02)
            // The mean hides more here: absences hit few answers, and those at the tail as hard as any. Of a closed loop whose core six
            // busy loops shared, answers read 1.0 to 1.3 % late made a p95 that was wrong by 2.6 to 3.3 %; 0.6 % made 1.8 %.
            case .readLate(let share): (share, 0.001, 0.008)
            case .relativeBacklog(let ratio): (ratio, 0.25, 1)
            // A tenth of the values beyond the percentile: more of them missing could move it anywhere.
            case .unmeasured(let p, let share): (share, 0, (1 - p) / 10)
            case .shift(_, let shift): (shift, 0.01, 0.05)
            }
        return figure <= valid ? .valid : figure <= suspect ? .suspect : .invalid
    }
}
