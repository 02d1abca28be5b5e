// The block a person reads at the end of a run. It reads the document, not the statistics, so that a summary from a
// file prints exactly as it did when the run ended.

import Base
import Scenarios

extension Summary {
    /// The readable block, ending in a newline.
    ///
    /// - Parameters:
    ///   - color: whether to mark what is good and bad; see ``TerminalStyle``.
    ///   - heading: whether it begins with its heading.
    package func textBlock(color: Bool, heading: Bool = true) -> String {
        let text = SummaryText(document: document, style: TerminalStyle(color: color))
        return ((heading ? [text.heading] : []) + text.lines).joined(separator: "\n") + "\n"
    }
}

private struct SummaryText {
    let style: TerminalStyle
    private let sml: JSON

    init(document: JSON, style: TerminalStyle) {
        // A summary that was fetched is a file like any other: no text of it may be an order to the terminal.
        sml = Self.onOneLine(document["sml"] ?? .null)
        self.style = style
    }

    private static func onOneLine(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(OneLine.escaped(text))
        case .array(let elements): .array(elements.map(onOneLine))
        case .object(let members): .object(members.map { (OneLine.escaped($0.0), onOneLine($0.1)) })
        default: value
        }
    }

    var heading: String { style.bold("=== LLM Load Test Summary ===") }

    var lines: [String] {
        [""] + head + [""] + counts + [""] + latencyTable + tokenTable
            + errors + [""] + health
    }

    private func row(_ name: String, _ text: String) -> String { "  " + Table.pad(name, 13) + text }

    /// At most 2^60, so that those of a damaged file can be added too.
    private func count(_ keys: String...) -> Int64 {
        min(max((keys.reduce(Optional(sml)) { $0?[$1] })?.integer ?? 0, 0), 1 << 60)
    }

    /// In the order of the corpus: a file read back has its members sorted by name.
    private var labels: [(String, JSON)] {
        let values = Dictionary(sml["labels"]?.members ?? []) { first, _ in first }
        return (sml[path: "run", "labels"]?.elements ?? []).compactMap { name in
            guard let name = name.text, let label = values[name] else { return nil }
            return (name, label)
        }
    }

    private var head: [String] {
        let run = sml["run"] ?? .null
        func text(_ value: JSON?) -> String { value?.text ?? "" }
        var scenario = text(run["scenario"]) + " (" + text(run[path: "plan", "executor"]) + ")"
        for (name, key) in [("run label", "runLabel"), ("model", "model")] where !text(run[key]).isEmpty {
            scenario += ", \(name) \(text(run[key]))"
        }
        let outcome = sml["outcome"] ?? .null
        let length = Format.duration(seconds: outcome["duration_seconds"]?.number ?? 0)
        let kind = text(outcome["kind"])
        var end = kind == "completed" ? style.good(kind) : style.bad(kind)
        if let reason = outcome["reason"]?.text { end += " (\(reason))" }
        return [
            row("scenario", scenario), row("target", text(run["url"])),
            row("outcome", "\(end) after \(length), started \(text(outcome["started"]))"),
        ]
    }

    private var counts: [String] {
        let seconds = sml[path: "outcome", "duration_seconds"]?.number ?? 0
        let finished = count("counts", "finished")
        let failed = count("counts", "failed")
        var requests = "\(Format.grouped(finished)) finished"
        if seconds > 0 { requests += " (\(Format.measure(Double(finished) / seconds))/s)" }
        requests += ", \(Format.grouped(count("counts", "started"))) started"
        if let planned = sml[path: "counts", "planned"]?.integer {
            requests += " of \(Format.grouped(planned)) planned"
        }
        let rate = finished == 0 ? "n/a" : Format.fixed(100 * Double(finished - failed) / Double(finished), 2) + " %"
        let coloredRate = finished == 0 || failed > 0 ? style.bad(rate) : style.good(rate)
        var out = [row("requests", requests), row("success", "\(coloredRate), \(Format.grouped(failed)) failed")]
        let interrupted = count("counts", "interrupted")
        let dropped = count("counts", "dropped")
        if interrupted > 0 {
            let oldest = sml[path: "interrupted", "age_ms", "max"]?.number ?? 0
            out.append(
                row(
                    "interrupted",
                    style.bad(Format.grouped(interrupted))
                        + " cut off, the oldest after \(Format.duration(seconds: oldest / 1e3));"
                        + " the latencies below do not include them"))
        }
        let paused = count("rate_limit", "paused_arrivals")
        if dropped > paused {
            out.append(
                row("dropped", style.bad(Format.grouped(dropped - paused)) + " arrivals found all virtual users busy"))
        }
        if paused > 0 {
            out.append(row("dropped", style.bad(Format.grouped(paused)) + " arrivals fell into pauses after a 429"))
        }
        return out + oddAnswers
    }

    private var oddAnswers: [String] {
        let meanings = [
            ("without_content", "without text"), ("other_model", "from another model"),
            ("tokens_not_as_asked", "with other than max_tokens tokens"), ("without_usage", "without usage"),
        ]
        let found = meanings.filter { count("answers", $0.0) > 0 }
        guard !found.isEmpty else { return [] }
        return [
            row(
                "answers",
                "of the successful: "
                    + found.map { style.bad(Format.grouped(count("answers", $0.0))) + " \($0.1)" }.joined(separator: ", "))
        ]
    }

    private var latencyTable: [String] {
        func cells(_ name: String, _ trend: JSON?) -> [String]? {
            guard let trend, trend["count"] != nil else { return nil }
            let numbers = ["min", "avg", "med", "p90", "p95", "p99", "max"].map { trend[$0]?.number ?? 0 }
            return [name, Format.grouped(trend["count"]?.integer ?? 0)] + numbers.map(Format.measure)
        }
        let overall = [
            cells("end to end", sml[path: "latency", "end_to_end_ms"]),
            cells("service", sml[path: "latency", "service_ms"]),
            cells("from schedule", sml[path: "latency", "from_schedule_ms"]),
        ]
        let labels = labels.map { cells("· " + $0.0, $0.1["end_to_end_ms"]) }
        let rows = (overall + labels).compactMap { $0 }
        guard !rows.isEmpty else { return [row("latency", "n/a, no request finished")] }
        let head = ["latency, ms", "count", "min", "avg", "med", "p90", "p95", "p99", "max"]
        return Table.aligned([head] + rows, indentation: 2)
    }

    private var tokenTable: [String] {
        let rows = labels.compactMap { label, value -> [String]? in
            guard let out = value[path: "completion_tokens", "avg"]?.number else { return nil }
            let speed = value["tokens_per_second"] ?? .null
            return [
                "· " + label, value[path: "prompt_tokens", "avg"]?.number.map(Format.measure) ?? "-",
                Format.measure(out), speed["avg"]?.number.map(Format.measure) ?? "-",
                speed["med"]?.number.map(Format.measure) ?? "-",
            ]
        }
        guard !rows.isEmpty else { return [] }
        let head = ["tokens", "prompt", "completion", "per s, avg", "per s, med"]
        return [""] + Table.aligned([head] + rows, indentation: 2)
    }

    private var errors: [String] {
        let all = sml["errors"]?.elements ?? []
        guard !all.isEmpty else { return [] }
        var out = ["", "  errors"]
        for error in all.prefix(10) {
            let status = error["status"]?.integer ?? 0
            let code = error["error_code"]?.integer ?? 0
            var what = status == 0 ? "no answer" : "HTTP \(status)"
            if code != 0 { what += ", code \(code)" }
            for detail in [error["error"]?.text, error["content"]?.text].compactMap({ $0 }) { what += ", \(detail)" }
            if status == 0, let phase = error["phase"]?.text { what += " (\(phase))" }
            out.append("    " + style.bad(Format.grouped(error["count"]?.integer ?? 0) + " ×") + " \(what)")
            let first = error["first"] ?? .null
            out.append(
                "      first at \(Format.measure(first["at_seconds"]?.number ?? 0)) s: iteration "
                    + "\(first["iteration"]?.integer ?? 0), prompt \(first["prompt"]?.integer ?? 0), "
                    + "label \(first["label"]?.text ?? "-")")
            if let hint = error["hint"]?.text { out.append("      → \(hint)") }
        }
        if all.count > 10 { out.append("    … and \(all.count - 10) more kinds, see sml.errors in the summary") }
        return out
    }

    private var health: [String] {
        var out: [String] = []
        if let p99 = sml[path: "lateness", "start_ms", "p99"]?.number {
            let worst = sml[path: "lateness", "start_ms", "max"]?.number ?? 0
            out.append(row("lateness", "p99 \(Format.measure(p99)) ms, max \(Format.measure(worst)) ms: \(keptUp)"))
        }
        let connections =
            "\(Format.grouped(count("connections", "opened"))) opened, "
            + "\(Format.grouped(count("connections", "reused"))) requests on an open one"
        let retries = count("connections", "transport_retries")
        let givenUp = count("connections", "given_up")
        out.append(
            row(
                "connections",
                connections + (retries > 0 ? ", \(Format.grouped(retries)) sent again after a dead one" : "")
                    + (givenUp > 0 ? ", \(Format.grouped(givenUp)) given up: the server sent what nobody had asked for" : "")))
        if let generator = sml["generator"], generator["samples"] != nil {
            let memory = (generator["peak_memory_bytes"]?.number ?? 0) / 1_048_576
            out.append(
                row(
                    "generator",
                    "\(Format.measure(generator["cpu_seconds"]?.number ?? 0)) s CPU, \(Format.measure(memory)) MiB, "
                        + "up to \(generator["peak_in_flight"]?.integer ?? 0) requests in flight"))
        }
        if let tasks = sml["tasks"] {
            let lost = (tasks["lost"]?.elements ?? []).compactMap { $0.integer.map(String.init) }
            let state = lost.isEmpty ? "" : ", " + style.bad("lost \(lost.joined(separator: ", "))")
            out.append(row("tasks", "\(count("tasks", "count"))" + state))
        }
        out += remoteWrite
        let lost = count("outcome", "lost_records")
        if lost > 0 {
            out.append(row("lost", style.bad("\(Format.grouped(lost)) records: the numbers above are too low")))
        }
        return out
    }

    private var keptUp: String {
        switch sml[path: "lateness", "kept_up"] {
        case .bool(true): return style.good("the generator kept up")
        case .bool(false): break
        default: return "too short a run to say whether the generator kept up"
        }
        let meanings = ["loop": "its loop", "starts": "its starts", "sends": "its sends"]
        let reasons = (sml[path: "lateness", "kept_up_reasons"]?.elements ?? []).compactMap { reason -> String? in
            guard let name = reason.text, let meaning = meanings[name],
                let share = sml[path: "lateness", "late_share", name]?.number
            else { return nil }
            return "\(meaning) \(Format.measure(100 * share)) %"
        }
        let limit = Format.measure(sml[path: "lateness", "kept_up_limit_p99_ms"]?.number ?? 10)
        let what = reasons.isEmpty ? "" : ", more than \(limit) ms late: " + reasons.joined(separator: ", ")
        return style.bad("the generator did not keep up\(what); use more workers or a less busy machine")
    }

    private var remoteWrite: [String] {
        guard let state = sml["remote_write"] else { return [] }
        let url = state["url"]?.text ?? ""
        let series = count("remote_write", "series")
        var out: [String] = []
        if state["complete"] == .bool(true) {
            let samples = Format.grouped(count("remote_write", "samples_sent"))
            let pushes = Format.grouped(count("remote_write", "pushes_succeeded"))
            out.append(
                row("series", style.good("\(Format.grouped(series)) delivered") + ", \(samples) samples in \(pushes) pushes to \(url)"))
        } else {
            let missing = count("remote_write", "series_undelivered") + count("remote_write", "series_refused")
            let reason = state["last_error"]?.text.map { ": \($0)" } ?? ""
            out.append(
                row("series", style.bad("\(Format.grouped(missing)) of \(Format.grouped(series)) not delivered") + " to \(url)\(reason)"))
            let rejected = state["rejected_series"]?.elements.compactMap(\.text) ?? []
            for name in rejected.prefix(3) { out.append(row("", "the receiver refuses \(name)")) }
            let more = count("remote_write", "series_rejected") - Int64(min(rejected.count, 3))
            if more > 0 { out.append(row("", "and \(Format.grouped(more)) more")) }
            if let command = state["push_command"]?.text { out.append(row("", "→ \(command)")) }
        }
        for (name, folded) in state["folded_labels"]?.members ?? [] {
            out.append(row("", "\(Format.grouped(folded.integer ?? 0)) values of the label '\(name)' are sent as 'other'"))
        }
        return out
    }
}
