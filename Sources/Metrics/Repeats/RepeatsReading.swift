// `repeats.json` read back, as far as a list of runs shows it: how many runs there were, whose figures count, and what they say between
// them.

import Base
import Statistics

package struct ReadRepeats: Sendable, Equatable {
    package var asked: Int
    /// Those that were begun.
    package var runs: Int
    /// Names of the verdicts of those whose figures count; `none` where a run was too short to be judged.
    package var counted: [String]
    package var scenario, model: String
    /// RFC 3339, of the first.
    package var started: String
    /// The document's own figures between runs.
    package var between: JSON

    /// Nil for what is no such document.
    package init?(document: JSON) {
        guard let all = document["repeats"], let asked = all["asked"]?.integer, case .array(let runs)? = all["runs"],
            let between = all["between"]
        else { return nil }
        self.asked = Int(clamping: asked)
        self.runs = runs.count
        counted = runs.filter { $0["left_out"]?.text == nil }.map { $0["verdict"]?.text ?? "none" }
        scenario = all["scenario"]?.text ?? ""
        model = all["model"]?.text ?? ""
        started = runs.first?["started"]?.text ?? ""
        self.between = between
    }

    /// Nil for a file that is not there, or is none.
    package init?(path: String) {
        guard let document = readFile(path, limit: Self.sizeLimit).flatMap({ try? JSON.parse($0) }) else { return nil }
        self.init(document: document)
    }

    /// A hundred runs are 100 kB.
    private static let sizeLimit = 16 << 20

    package var latency: (p50: Figure?, p95: Figure?) {
        (figure(between[path: "latency_ms", "p50"]), figure(between[path: "latency_ms", "p95"]))
    }
    package var requestsPerSecond: Figure? { figure(between["requests_per_second"]) }
    /// 0…1.
    package var successRate: Figure? { figure(between["success_rate"]) }

    /// For a list of runs.
    package var listed: JSON {
        .object([("asked", .int(Int64(asked))), ("counted", .int(Int64(counted.count))), ("between", between)])
    }

    /// `5 of 5 VALID`, `4 of 5`.
    package var verdict: String {
        let shared = Set(counted).count == 1 ? counted.first : nil
        return "\(counted.count) of \(asked)" + (shared.map { $0 == "none" ? "" : " \($0)" } ?? "")
    }

    private func figure(_ json: JSON?) -> Figure? {
        guard let value = json?["value"]?.number else { return nil }
        return Figure(value: value, low: json?["low"]?.number, high: json?["high"]?.number)
    }
}
