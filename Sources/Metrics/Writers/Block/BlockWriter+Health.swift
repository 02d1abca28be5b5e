// Whether the instrument can be trusted: its lateness (which stands further up), connections, tasks, and what became of series
// and records.

import Base

extension BlockWriter {
    var health: TextSection {
        var section = TextSection()
        let connections = [
            "\(Format.grouped(count(.connectionsOpened))) opened, \(Format.grouped(count(.connectionsOpenedAtOnce))) in the first second",
            "\(Format.grouped(count(.connectionsReused))) requests on an open one",
        ]
        section.add(row("connections", (connections + remarks("connections")).joined(separator: ", ")), .detail)
        addFirstWave(to: &section)
        addGenerator(to: &section)
        if !result.tasks.isEmpty {
            let lost = result.lostTasks.map(String.init)
            let state = lost.isEmpty ? "" : ", " + style.bad("lost \(lost.joined(separator: ", "))")
            section.add(row("tasks", "\(result.tasks.count)" + state), lost.isEmpty ? .context : .headline)
        }
        addRemoteWrite(to: &section)
        for name in Catalog.sections where !Self.sectionsAbove.contains(name) {
            let found = remarks(name)
            if !found.isEmpty { section.add(row(name, found.joined(separator: ", ")), .detail) }
        }
        if let lost = result.outcome?.lostRecords, lost > 0 {
            section.add(row("lost", style.bad("\(Format.grouped(lost)) records: the numbers above are too low")), .headline)
        }
        return section
    }

    /// Those whose remarks have a row of their own.
    private static let sectionsAbove: Set = ["answers", "connections"]

    /// What makes all other figures worth something, or nothing.
    func addLateness(to section: inout TextSection) {
        guard let lateness = result.metrics.trend(.startLateness), let p99 = lateness.p99 else { return }
        let text = "p99 \(Format.measure(p99)) ms, max \(Format.measure(lateness.max ?? 0)) ms: \(keptUp)"
        section.add(row("lateness", text), result.punctuality.keptUp == true ? .context : .figure)
    }

    /// What those paid that had to connect, where that is not small: without connecting, their median would be that of all.
    private func addFirstWave(to section: inout TextSection) {
        guard let first = result.metrics.trend(.newConnectionLatency), let all = result.metrics.trend(.successLatency),
            let count = first.count, count >= 20, let firstMedian = first.med, let median = all.med, firstMedian > 1.1 * median,
            let p99 = first.p99, let allP99 = all.p99
        else { return }
        let text =
            "first requests on new connections: p99 \(Format.measure(p99)) ms of \(Format.grouped(UInt64(count))), against "
            + "\(Format.measure(allP99)) ms of all; preconnect: true takes that out"
        section.add(row("first wave", text), .figure)
    }

    private func addGenerator(to section: inout TextSection) {
        guard result.metrics[.generatorSamples] != nil else { return }
        let memory = (result.metrics.number(.peakMemory) ?? 0) / 1_048_576
        let inFlight = result.metrics.number(.peakInFlight).flatMap { Int64(exactly: $0) } ?? 0
        let text =
            "\(Format.measure(result.metrics.number(.cpuSeconds) ?? 0)) s CPU, \(Format.measure(memory)) MiB, "
            + "up to \(inFlight) requests in flight"
        section.add(row("generator", text), .detail)
    }

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

    private func addRemoteWrite(to section: inout TextSection) {
        guard let state = result.remoteWrite else { return }
        let url = plain(state.url)
        if state.isComplete {
            let samples = Format.grouped(state.samplesSent)
            let pushes = Format.grouped(state.pushesSucceeded)
            let delivered = style.good("\(Format.grouped(state.series)) delivered")
            section.add(row("series", delivered + ", \(samples) samples in \(pushes) pushes to \(url)"), .context)
        } else {
            let missing = state.seriesUndelivered + state.seriesRefused
            let reason = state.lastError.map { ": \(plain($0))" } ?? ""
            let undelivered = style.bad("\(Format.grouped(missing)) of \(Format.grouped(state.series)) not delivered")
            section.add(row("series", undelivered + " to \(url)\(reason)"), .headline)
            for name in state.rejectedSeries.prefix(3) { section.add(row("", "the receiver refuses \(plain(name))"), .detail) }
            let shown = UInt64(min(state.rejectedSeries.count, 3))
            if state.seriesRejected > shown { section.add(row("", "and \(Format.grouped(state.seriesRejected - shown)) more"), .detail) }
            if let command = state.pushCommand { section.add(row("", "→ \(plain(command))"), .headline, isWhole: true) }
        }
        for (name, folded) in state.foldedLabels.sorted(by: { $0.key < $1.key }) {
            let text = "\(Format.grouped(folded)) values of the label '\(plain(name))' are sent as 'other'"
            section.add(row("", text), .figure)
        }
    }
}
