// What a ramp is run for: how the server did at each load, one line a stage. Latencies belong to the stage in which a request was
// due, tokens to the one in which its answer came.

import Base
import Statistics

extension BlockWriter {
    /// Lines of a table; empty without stages.
    func stageTable(_ stages: [StageFigures]) -> [String] {
        guard !stages.isEmpty else { return [] }
        let isOpen = stages.contains { $0.offeredPerSecond != nil }
        let head = ["by stage"] + (isOpen ? ["offered/s"] : []) + ["started/s", "in flight", "p50 ms", "p95 ms", "p99 ms", "tokens/s"]
        func cell(_ value: Double?) -> String { value.map(Format.measure) ?? "-" }
        let rows = stages.map { stage in
            func latency(_ p: Double) -> String { cell(stage.figures.latency.first { $0.p == p }?.figure.value) }
            let name = stage.isPlateau ? "at \(stage.target)" : "\(stage.startTarget) -> \(stage.target)"
            return [name] + (isOpen ? [cell(stage.offeredPerSecond)] : [])
                + [
                    cell(stage.startedPerSecond), cell(stage.figures.inFlight?.mean), latency(0.5), latency(0.95), latency(0.99),
                    cell(stage.figures.tokensPerSecond.value),
                ]
        }
        return Table.aligned([head] + rows, indentation: 2, width: Self.width)
    }
}
