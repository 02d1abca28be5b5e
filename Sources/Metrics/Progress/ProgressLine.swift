// Renders a snapshot: a bar and numbers for a terminal, one complete line for a log.

/// Pure rendering of progress.
package enum ProgressLine {
    private static let barWidth = 20

    /// The line redrawn on a terminal, without line feed; never wider than `width` columns.
    ///
    /// The most useful parts come first: what does not fit is left out from the end, part by part.
    package static func render(_ snapshot: ProgressSnapshot, width: Int, color: Bool) -> String {
        let style = TerminalStyle(color: color)
        var line = ""
        var used = 0
        for part in (snapshot.heading.map { [Part(text: $0)] } ?? []) + [bar(snapshot)] + parts(snapshot) {
            let separator = used == 0 ? "" : "  "
            let length = separator.count + part.text.count
            // A terminal wraps when its last column is written; the next redraw would then leave the first line behind.
            guard used + length < width else { break }
            used += length
            line += separator + (part.isBad ? style.bad(part.text) : part.text)
        }
        return line
    }

    /// The line below it where there is room: how rate and latency went in the last seconds. Nil before there is anything.
    package static func lately(_ snapshot: ProgressSnapshot, width: Int) -> String? {
        guard snapshot.lateRates.count > 1 else { return nil }
        // Two rows of bars, their names and their last values share the line.
        let room = min(RecentSeconds.length, (width - 1 - 36) / 2)
        guard room >= 5 else { return nil }
        var line = "  done/s \(Sparkline.text(snapshot.lateRates.suffix(room))) \(Format.measure(snapshot.lateRates.last ?? 0))"
        if let last = snapshot.lateP95.last(where: { $0 != nil }) ?? nil {
            line += "  p95 \(Sparkline.text(snapshot.lateP95.suffix(room))) \(latency(last))"
        }
        return line.count < width ? line : nil
    }

    /// The line written to a log every 10 s, without line feed.
    package static func plain(_ snapshot: ProgressSnapshot) -> String {
        let total = snapshot.total > 0 ? "/" + Format.duration(nanoseconds: snapshot.total) : ""
        let state = snapshot.isDraining ? " draining" : ""
        return (snapshot.heading.map { "\($0): " } ?? "") + "running \(Format.duration(nanoseconds: snapshot.elapsed))\(total)\(state), "
            + parts(snapshot).map(\.text).joined(separator: ", ")
    }

    private struct Part {
        var text: String
        var isBad = false
    }

    private static func bar(_ snapshot: ProgressSnapshot) -> Part {
        let elapsed = Format.duration(nanoseconds: snapshot.elapsed)
        guard snapshot.total > 0 else { return Part(text: elapsed) }
        let share = min(1, max(0, Double(snapshot.elapsed) / Double(snapshot.total)))
        let full = Int(share * Double(barWidth))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
        let state = snapshot.isDraining ? "draining" : Format.fixed(share * 100, 0) + "%"
        return Part(text: "\(bar) \(state) \(elapsed)/\(Format.duration(nanoseconds: snapshot.total))")
    }

    private static func parts(_ snapshot: ProgressSnapshot) -> [Part] {
        var out = [Part(text: "\(Format.grouped(snapshot.inFlight)) in flight")]
        let achieved = Format.measure(snapshot.rateAchieved)
        if let asked = snapshot.rateAsked {
            out.append(Part(text: "\(achieved) of \(Format.measure(asked))/s"))
        } else {
            out.append(Part(text: "\(snapshot.virtualUsers) VUs \(achieved)/s"))
        }
        if let tokens = snapshot.outputTokensPerSecond { out.append(Part(text: "\(Format.measure(tokens)) tok/s")) }
        out.append(Part(text: "\(Format.grouped(snapshot.finished)) done"))
        if let rate = snapshot.successRate {
            // Rounded down, so that 100 % means all of them.
            out.append(Part(text: Format.fixed((rate * 1_000).rounded(.down) / 10, 1) + "% ok", isBad: rate < 1))
        }
        if let p50 = snapshot.p50, let p95 = snapshot.p95 {
            out.append(Part(text: "p50 \(latency(p50)) p95 \(latency(p95))"))
        }
        if let p50 = snapshot.firstTokenP50, let p95 = snapshot.firstTokenP95 {
            let whose = snapshot.isFirstTokenProbed ? "probe " : ""
            out.append(Part(text: "\(whose)TTFT p50 \(latency(p50)) p95 \(latency(p95))"))
        }
        if snapshot.errors > 0 { out.append(Part(text: "\(Format.grouped(snapshot.errors)) errors", isBad: true)) }
        if snapshot.dropped > 0 { out.append(Part(text: "\(Format.grouped(snapshot.dropped)) dropped", isBad: true)) }
        if let lateness = snapshot.lateness {
            out.append(Part(text: "late \(latency(lateness))", isBad: !snapshot.keptUp))
        }
        return out
    }

    private static func latency(_ milliseconds: Double) -> String {
        milliseconds < 1_000
            ? Format.measure(milliseconds) + "ms" : Format.measure(milliseconds / 1_000) + "s"
    }
}
