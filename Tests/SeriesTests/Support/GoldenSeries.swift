// The series k6 1.7.1 sent in real runs, and the documented differences applied to them mechanically
// (docs/differences-from-k6.md).

import Foundation
import TestSupport
import Testing

/// A series as text: `name{label="value",…}`, labels sorted.
func seriesText(_ labels: [String: String]) -> String {
    let name = labels["__name__"] ?? ""
    let rest = labels.filter { $0.key != "__name__" }.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
    return "\(name){\(rest.joined(separator: ","))}"
}

/// The series with k6's names that `server` has of `run`.
func k6Series(_ server: PrometheusServer, _ run: GeneratorProcess) throws -> Set<String> {
    Set(
        try server.samples("{run_label=\"\(run.runLabel)\"}").filter { $0.name.hasPrefix("k6_") }
            .map { seriesText($0.labels) })
}

enum GoldenSeries {
    private struct File: Decodable {
        struct Series: Decodable {
            let name: String
            let labelSet: Int
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                name = try container.decode(String.self)
                labelSet = try container.decode(Int.self)
            }
        }
        let labelsets: [[String: String]]
        let series: [Series]
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// What we should send where k6 sent file `name`. `onlyLabels` restricts series with a prompt label.
    static func expected(
        _ name: String, for run: GeneratorProcess, onlyLabels: Set<String>? = nil
    ) throws -> Set<String> {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
        var expected: Set<String> = []
        for series in file.series {
            var labels = file.labelsets[series.labelSet]
            if let onlyLabels, let label = labels["label"], !onlyLabels.contains(label) { continue }
            // Substitutions of the setup.
            labels["run_label"] = run.runLabel
            for name in ["url", "name"] where labels[name] != nil {
                labels[name] = run.serverURL + "/v1/chat/completions"
            }
            // Difference: error texts from a fixed vocabulary, without the library's own message behind them.
            labels["error"] = labels["error"].map { String($0.prefix { $0 != "(" }).trimmingCharacters(in: .whitespaces) }
            // Difference: the scenario's name everywhere.
            if labels["scenario"] == "load" { labels["scenario"] = GeneratorProcess.tags.scenario }
            expected.insert(seriesText(labels.merging(["__name__": series.name]) { $1 }))
            // Difference: the failure rate also without status.
            if series.name == "k6_http_req_failed_rate" {
                let kept = labels.filter { ["label", "model", "run_label", "scenario"].contains($0.key) }
                expected.insert(seriesText(kept.merging(["__name__": series.name]) { $1 }))
            }
        }
        return expected
    }
}
