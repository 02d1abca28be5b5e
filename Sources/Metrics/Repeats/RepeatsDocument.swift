// `repeats.json`: several runs of one plan and what they say together. It is no summary and is not called one: each run has its
// own, which readers of k6's formats can read. docs/METRICS.md describes each member.

import Base
import Statistics

extension RepeatedRuns {
    /// Version of the document.
    package static let schema: Int64 = 1

    package var document: JSON {
        .object([
            (
                "repeats",
                .object([
                    ("schema", .int(Self.schema)), ("asked", .int(asked)), ("scenario", .string(plan.scenario)),
                    ("model", .string(plan.model)), ("runs", .array(runs.map(\.json))),
                    (
                        "between",
                        .object([
                            ("latency_ms", .object(LatencyIntervals.percentiles.map { (CertaintyDocument.key($0), json(latency($0))) })),
                            ("requests_per_second", json(requestsPerSecond)), ("output_tokens_per_second", json(tokensPerSecond)),
                            ("success_rate", json(successRate)),
                        ])
                    ),
                ])
            )
        ])
    }

    /// As written to the file.
    package func jsonData() -> [UInt8] { document.bytes(indentation: 2) + [0x0A] }

    /// Replaces the file at `path` atomically.
    ///
    /// - Throws: ``FileError``.
    package func write(to path: String) throws { try WholeFile.write(jsonData(), to: path) }

    private func json(_ between: Between?) -> JSON {
        guard let between else { return .null }
        return .object([
            ("value", .double(between.figure.value)), ("low", JSON(between.figure.low)), ("high", JSON(between.figure.high)),
            ("spread", JSON(between.spread)), ("runs", .int(between.runs)),
        ])
    }
}

extension RepeatedRun {
    fileprivate var json: JSON {
        .object([
            ("run", .int(number)), ("summary", .string(summary)), ("run_label", .string(runLabel)), ("started", .string(started)),
            ("outcome", .string(outcome.rawValue)), ("reason", JSON(reason)), ("verdict", JSON(verdict?.level.name)),
            ("overloaded", .bool(isOverloaded)), ("left_out", JSON(isLeftOut)), ("prompt_seed", promptSeed.map { .int($0) } ?? .null),
            ("think_seed", thinkSeed.map { .int($0) } ?? .null), ("arrival_seed", JSON(arrivalSeed)), ("succeeded", .count(succeeded)),
            ("failed", .count(failed)),
            ("latency_ms", .object(latency.sorted { $0.key < $1.key }.map { (CertaintyDocument.key($0.key), .double($0.value)) })),
            ("requests_per_second", .double(requestsPerSecond)), ("output_tokens_per_second", JSON(tokensPerSecond)),
            ("success_rate", JSON(successRate)),
        ])
    }
}
