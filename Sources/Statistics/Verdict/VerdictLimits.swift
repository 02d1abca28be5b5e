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
        var found: [Finding] = [(level(atCapShare, valid: 0, suspect: 0.01), .atCap(share: atCapShare))]
        if let meanRelativeLateness {
            found.append((level(meanRelativeLateness, valid: 0.003, suspect: 0.02), .meanRelativeLateness(meanRelativeLateness)))
        }
        if let relativeReadLateness {
            // The mean hides more here: a few long absences hit few answers hard.
            found.append((level(relativeReadLateness, valid: 0.001, suspect: 0.02), .readLate(relativeReadLateness)))
        }
        if let backlog {
            let relative = Double(backlog) / max(1, meanInFlight)
            found.append((level(relative, valid: 0.25, suspect: 1), .relativeBacklog(relative)))
        }
        return found
    }

    private func of(_ p: Double) -> [Finding] {
        // A tenth of the values beyond the percentile: more of them missing could move it anywhere.
        var found: [Finding] = [(level(unmeasuredShare, valid: 0, suspect: (1 - p) / 10), .unmeasured(p: p, share: unmeasuredShare))]
        for (shifted, shift) in shifts where shifted == p {
            found.append((level(shift, valid: 0.01, suspect: 0.05), .shift(p: p, shift)))
        }
        return found
    }

    private func level(_ figure: Double, valid: Double, suspect: Double) -> GeneratorVerdict.Level {
        figure <= valid ? .valid : figure <= suspect ? .suspect : .invalid
    }
}
