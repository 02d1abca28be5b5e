// What series should hold, computed from the records file by the shortest possible code: sort, interpolate, sum.
// Nothing of the statistics under test is used.

import Generator
import Metrics

/// Expected values by series text without the run's own labels: `name{label="short"}`.
struct RecordedValues {
    private(set) var values: [String: Double] = [:]

    init(records path: String) throws {
        let reader = try RecordFileReader(path: path)
        var records: [RunRecord] = []
        var samples: [GeneratorSample] = []
        try reader.forEachBatch {
            records += Array($0)
        } sample: {
            samples.append($0)
        }
        let requests = records.filter { $0.kind == .request && !$0.flags.contains(.interrupted) }
        let finals = requests.filter { $0.flags.contains(.final) }
        let all = records.filter { $0.kind == .request }
        samples.sort { $0.time < $1.time }

        values["k6_data_sent_total{}"] = all.reduce(0) { $0 + Double($1.bytesSent) }
        values["k6_data_received_total{}"] = all.reduce(0) { $0 + Double($1.bytesReceived) }
        let ends = records.filter {
            !$0.flags.contains(.interrupted) && ($0.kind == .iterationEnd || ($0.kind == .request && $0.flags.contains(.endsIteration)))
        }
        values["k6_iterations_total{}"] = Double(ends.count)
        let dropped = records.count { $0.kind == .dropped }
        if dropped > 0 { values["k6_dropped_iterations_total{}"] = Double(dropped) }
        values["k6_vus{}"] = samples.last.map { Double($0.virtualUsers) }
        values["k6_vus_max{}"] = samples.last.map { Double($0.maxVirtualUsers) }
        values["k6_active_requests{}"] = samples.last.map { Double($0.inFlight) }
        trend("k6_iteration_duration", "{}", ends.map { seconds($0.end - $0.started) })
        let good = finals.filter { $0.status == 200 && $0.flags.contains(.hasChoices) }
        values["k6_success_rate_rate{}"] = Double(good.count) / Double(finals.count)

        for (index, label) in reader.context.labels.enumerated() {
            let own = requests.filter { Int($0.label) == index }
            guard !own.isEmpty else { continue }
            let of = "{label=\"\(label)\"}"
            values["k6_http_req_failed_rate" + of] =
                Double(own.count { !(200...399).contains($0.status) }) / Double(own.count)
            let succeeded = good.filter { Int($0.label) == index }
            trend("k6_e2e_latency_ms", of, own.map { seconds($0.end - $0.started) })
            trend("k6_prompt_tokens", of, succeeded.map { Double($0.promptTokens) })
            trend("k6_completion_tokens", of, succeeded.map { Double($0.completionTokens) })
            trend("k6_tokens_per_second", of, succeeded.map { Double($0.completionTokens) / seconds($0.end - $0.started) })
            values["k6_http_reqs_total" + of] = Double(own.count)
            trend("k6_http_req_duration", of, own.map { seconds($0.end - $0.sent) })
            trend("k6_http_req_sending", of, own.map { seconds($0.sending) })
            trend("k6_http_req_waiting", of, own.map { seconds($0.firstByte - $0.sent - $0.sending) })
            trend("k6_http_req_receiving", of, own.map { seconds($0.end - $0.firstByte) })
            trend("k6_http_req_blocked", of, own.map { seconds($0.sent - $0.started) })
        }
    }

    private mutating func trend(_ name: String, _ labels: String, _ unsorted: [Double]) {
        guard !unsorted.isEmpty else { return }
        let sorted = unsorted.sorted()
        func percentile(_ percent: Double) -> Double {
            let position = percent / 100 * Double(sorted.count - 1)
            let low = sorted[Int(position.rounded(.down))], high = sorted[Int(position.rounded(.up))]
            return low + (high - low) * (position - position.rounded(.down))
        }
        values["\(name)_min\(labels)"] = sorted[0]
        values["\(name)_max\(labels)"] = sorted[sorted.count - 1]
        values["\(name)_avg\(labels)"] = sorted.reduce(0, +) / Double(sorted.count)
        for (suffix, percent) in [("med", 50.0), ("p90", 90), ("p95", 95), ("p99", 99)] {
            values["\(name)_\(suffix)\(labels)"] = percentile(percent)
        }
    }

    private func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
