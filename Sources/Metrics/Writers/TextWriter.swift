// The block a person reads at the end of a run. It is written from the result, so that a summary from a file prints
// exactly as it did when the run ended.

import Base
import Generator

extension Summary {
    /// See ``RunResult/textBlock(color:heading:)``.
    package func textBlock(color: Bool, heading: Bool = true) -> String { result.textBlock(color: color, heading: heading) }
}

extension RunResult {
    /// The readable block, ending in a newline.
    ///
    /// - Parameters:
    ///   - color: whether to mark what is good and bad; see ``TerminalStyle``.
    ///   - heading: whether it begins with its heading.
    package func textBlock(color: Bool, heading: Bool = true) -> String {
        let text = TextWriter(result: self, style: TerminalStyle(color: color))
        return ((heading ? [text.heading] : []) + text.lines).joined(separator: "\n") + "\n"
    }
}

/// A summary that was fetched is a file like any other: no text of it may be an order to the terminal, so every text of a
/// result goes through ``OneLine``.
private struct TextWriter {
    let result: RunResult
    let style: TerminalStyle

    var heading: String { style.bold("=== LLM Load Test Summary ===") }

    var lines: [String] {
        [""] + head + [""] + counts + [""] + latencyTable + tokenTable
            + errors + [""] + health
    }

    private func row(_ name: String, _ text: String) -> String { "  " + Table.pad(name, 13) + text }
    private func plain(_ text: String?) -> String { OneLine.escaped(text ?? "") }
    private func count(_ name: MetricName) -> UInt64 { result.metrics.count(name) }

    private var head: [String] {
        let run = result.run
        var scenario = plain(run?.scenario) + " (" + plain(run?.plan.executor) + ")"
        for (name, text) in [("run label", run?.runLabel), ("model", run?.model)] where !plain(text).isEmpty {
            scenario += ", \(name) \(plain(text))"
        }
        let outcome = result.outcome
        let length = Format.duration(seconds: result.seconds)
        let kind = plain(outcome?.kind.rawValue)
        var end = outcome?.kind == .completed ? style.good(kind) : style.bad(kind)
        if let reason = outcome?.reason { end += " (\(plain(reason)))" }
        return [
            row("scenario", scenario), row("target", plain(run?.url)),
            row("outcome", "\(end) after \(length), started \(plain(outcome?.started))"),
        ]
    }

    private var counts: [String] {
        let finished = count(.finished)
        let failed = count(.failed)
        var requests = "\(Format.grouped(finished)) finished"
        if result.seconds > 0 { requests += " (\(Format.measure(result.rate(.finished)))/s)" }
        requests += ", \(Format.grouped(count(.started))) started"
        if let planned = result.run?.plannedArrivals { requests += " of \(Format.grouped(planned)) planned" }
        let rate = finished == 0 ? "n/a" : Format.fixed(100 * (Double(finished) - Double(failed)) / Double(finished), 2) + " %"
        let coloredRate = finished == 0 || failed > 0 ? style.bad(rate) : style.good(rate)
        var out = [row("requests", requests), row("success", "\(coloredRate), \(Format.grouped(failed)) failed")]
        let interrupted = count(.interrupted)
        let dropped = count(.dropped)
        if interrupted > 0 {
            let oldest = result.metrics.trend(.interruptedAge)?.max ?? 0
            out.append(
                row(
                    "interrupted",
                    style.bad(Format.grouped(interrupted))
                        + " cut off, the oldest after \(Format.duration(seconds: oldest / 1e3));"
                        + " the latencies below do not include them"))
        }
        let paused = count(.pausedArrivals)
        if dropped > paused {
            out.append(
                row("dropped", style.bad(Format.grouped(dropped - paused)) + " arrivals found all virtual users busy"))
        }
        if paused > 0 {
            out.append(row("dropped", style.bad(Format.grouped(paused)) + " arrivals fell into pauses after a 429"))
        }
        let odd = remarks("answers") { style.bad($0) }
        if !odd.isEmpty { out.append(row("answers", "of the successful: " + odd.joined(separator: ", "))) }
        return out
    }

    /// What there is to say of a section's metrics: count and remark of those that counted something.
    private func remarks(_ section: String, _ mark: (String) -> String = { $0 }) -> [String] {
        Catalog.remarks(of: section).filter { count($0.name) > 0 }
            .map { "\(mark(Format.grouped(count($0.name)))) \($0.remark ?? "")" }
    }

    private var latencyTable: [String] {
        func cells(_ name: String, _ trend: TrendValue?) -> [String]? {
            guard let trend, let count = trend.count else { return nil }
            return [name, Format.grouped(count)] + TrendValue.statistics.map { Format.measure(trend[keyPath: $0.member] ?? 0) }
        }
        let overall = [("end to end", MetricName.endToEnd), ("service", .service), ("from schedule", .fromSchedule)]
            .map { cells($0, result.metrics.trend($1)) }
        let labels = result.labels.map { cells("· " + plain($0.name), $0.metrics.trend(.endToEnd)) }
        let rows = (overall + labels).compactMap { $0 }
        guard !rows.isEmpty else { return [row("latency", "n/a, no request finished")] }
        return Table.aligned([["latency, ms", "count"] + TrendValue.statistics.map(\.name)] + rows, indentation: 2)
    }

    private var tokenTable: [String] {
        let rows = result.labels.compactMap { label -> [String]? in
            guard let out = label.metrics.trend(.completionTokens)?.avg else { return nil }
            let speed = label.metrics.trend(.tokensPerSecond)
            func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
            return [
                "· " + plain(label.name), cell(label.metrics.trend(.promptTokens)?.avg), Format.measure(out), cell(speed?.avg),
                cell(speed?.med),
            ]
        }
        guard !rows.isEmpty else { return [] }
        let head = ["tokens", "prompt", "completion", "per s, avg", "per s, med"]
        return [""] + Table.aligned([head] + rows, indentation: 2)
    }

    private var errors: [String] {
        let all = result.errors
        guard !all.isEmpty else { return [] }
        var out = ["", "  errors"]
        for error in all.prefix(10) {
            var what = error.status == 0 ? "no answer" : "HTTP \(error.status)"
            if error.code != 0 { what += ", code \(error.code)" }
            for detail in [error.text, error.content].compactMap({ $0 }) { what += ", \(plain(detail))" }
            if error.status == 0 { what += " (\(plain(error.phase)))" }
            out.append("    " + style.bad(Format.grouped(error.count) + " ×") + " \(what)")
            out.append(
                "      first at \(Format.measure(error.first.atSeconds)) s: iteration \(error.first.iteration), "
                    + "prompt \(error.first.prompt), label \(error.first.label.map { plain($0) } ?? "-")")
            if !error.hint.isEmpty { out.append("      → \(plain(error.hint))") }
        }
        if all.count > 10 { out.append("    … and \(all.count - 10) more kinds, see sml.errors in the summary") }
        return out
    }

    private var health: [String] {
        var out: [String] = []
        if let lateness = result.metrics.trend(.startLateness), let p99 = lateness.p99 {
            out.append(row("lateness", "p99 \(Format.measure(p99)) ms, max \(Format.measure(lateness.max ?? 0)) ms: \(keptUp)"))
        }
        let connections = [
            "\(Format.grouped(count(.connectionsOpened))) opened",
            "\(Format.grouped(count(.connectionsReused))) requests on an open one",
        ]
        out.append(row("connections", (connections + remarks("connections")).joined(separator: ", ")))
        if result.metrics[.generatorSamples] != nil {
            let memory = (result.metrics.number(.peakMemory) ?? 0) / 1_048_576
            let inFlight = result.metrics.number(.peakInFlight).flatMap { Int64(exactly: $0) } ?? 0
            out.append(
                row(
                    "generator",
                    "\(Format.measure(result.metrics.number(.cpuSeconds) ?? 0)) s CPU, \(Format.measure(memory)) MiB, "
                        + "up to \(inFlight) requests in flight"))
        }
        if !result.tasks.isEmpty {
            let lost = result.lostTasks.map(String.init)
            let state = lost.isEmpty ? "" : ", " + style.bad("lost \(lost.joined(separator: ", "))")
            out.append(row("tasks", "\(result.tasks.count)" + state))
        }
        out += remoteWrite
        for section in Catalog.sections where !Self.sections.contains(section) {
            let found = remarks(section)
            if !found.isEmpty { out.append(row(section, found.joined(separator: ", "))) }
        }
        if let lost = result.outcome?.lostRecords, lost > 0 {
            out.append(row("lost", style.bad("\(Format.grouped(lost)) records: the numbers above are too low")))
        }
        return out
    }

    /// Those whose remarks have a row above.
    private static let sections: Set = ["answers", "connections"]

    private var keptUp: String {
        let found = result.punctuality
        switch found.keptUp {
        case true: return style.good("the generator kept up")
        case false: break
        default: return "too short a run to say whether the generator kept up"
        }
        let meanings = ["loop": "its loop", "starts": "its starts", "sends": "its sends"]
        let reasons = found.reasons.compactMap { reason -> String? in
            guard let meaning = meanings[reason], let share = found.lateShare[reason] else { return nil }
            return "\(meaning) \(Format.measure(100 * share)) %"
        }
        let limit = Format.measure(found.limitMilliseconds)
        let what = reasons.isEmpty ? "" : ", more than \(limit) ms late: " + reasons.joined(separator: ", ")
        return style.bad("the generator did not keep up\(what); use more workers or a less busy machine")
    }

    private var remoteWrite: [String] {
        guard let state = result.remoteWrite else { return [] }
        let url = plain(state.url)
        var out: [String] = []
        if state.isComplete {
            let samples = Format.grouped(state.samplesSent)
            let pushes = Format.grouped(state.pushesSucceeded)
            out.append(
                row(
                    "series",
                    style.good("\(Format.grouped(state.series)) delivered") + ", \(samples) samples in \(pushes) pushes to \(url)"))
        } else {
            let missing = state.seriesUndelivered + state.seriesRefused
            let reason = state.lastError.map { ": \(plain($0))" } ?? ""
            out.append(
                row(
                    "series",
                    style.bad("\(Format.grouped(missing)) of \(Format.grouped(state.series)) not delivered") + " to \(url)\(reason)"))
            for name in state.rejectedSeries.prefix(3) { out.append(row("", "the receiver refuses \(plain(name))")) }
            let shown = UInt64(min(state.rejectedSeries.count, 3))
            if state.seriesRejected > shown { out.append(row("", "and \(Format.grouped(state.seriesRejected - shown)) more")) }
            if let command = state.pushCommand { out.append(row("", "→ \(plain(command))")) }
        }
        for (name, folded) in state.foldedLabels.sorted(by: { $0.key < $1.key }) {
            out.append(row("", "\(Format.grouped(folded)) values of the label '\(plain(name))' are sent as 'other'"))
        }
        return out
    }
}
