// A comparison as a document, for scripts and for the summary of a run of two arms. docs/COMPARE.md describes each member.

import Base
import Statistics

extension Comparison {
    /// Version of the document.
    package static let schema: Int64 = 1

    /// Of what is no pair, why, and the sides.
    package var document: JSON {
        .object([
            ("schema", .int(Self.schema)), ("design", .string(design.name)), ("comparable", .bool(objections.isEmpty)),
            ("objections", .array(objections.map { .string($0.text) })), ("verdict", .string(verdict.rawValue)),
            ("exit_code", .int(exitStatus.rawValue)), ("tolerance", .double(tolerance)),
            ("a", .array(a.runs.map(\.document))), ("b", .array(b.runs.map(\.document))),
            ("figures", .object(figures.map { ($0.quantity.key(p: $0.p), $0.document(withParts: true)) })),
            ("shift", .array(shift.map(\.shiftDocument))),
            ("answer_lengths", lengths?.document ?? .null),
            (
                "labels",
                .object(labels.map { ($0.name, .object($0.figures.map { ($0.quantity.key(p: $0.p), $0.document(withParts: false)) })) })
            ),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }
}

extension ComparisonSide.Run {
    fileprivate var document: JSON {
        .object([
            ("name", .string(name)), ("scenario", .string(scenario)), ("model", JSON(model)), ("url", JSON(url)),
            ("started", JSON(started)),
            ("duration_seconds", .double(duration)), ("requests", .int(requests)), ("success_rate", JSON(successRate)),
            ("verdict", JSON(verdict?.name)), ("prompts_repeated_from_seconds", JSON(repeatedFrom)), ("cached_share", JSON(cachedShare)),
        ])
    }
}

extension ComparisonFigure {
    fileprivate func document(withParts: Bool) -> JSON {
        let parts = withParts ? [("parts", JSON.array(parts.enumerated().map { $1.document(number: $0 + 1) }))] : []
        return .object(
            [
                ("a", JSON(a)), ("b", JSON(b)), ("unit", JSON(quantity.unit)),
                ("measured", measured?.document ?? JSON(ratioOfValues: self)),
                ("at_equal_lengths", atEqualLengths?.document ?? .null), ("tested", .bool(isTested)), ("different", .bool(isDifferent)),
                ("beyond_tolerance", .bool(isBeyondTolerance)), ("worse", isDifferent ? .bool(isWorse) : .null),
                ("not_tested_because", JSON(isTested ? nil : untested?.key)), ("late_blocks", .int(lateBlocks)), ("text", JSON(sentence)),
            ] + parts)
    }

    fileprivate var shiftDocument: JSON {
        .object([
            ("p", JSON(p)), ("a", JSON(a)), ("b", JSON(b)), ("ratio", JSON(decisive?.ratio)), ("low", JSON(decisive?.low)),
            ("high", JSON(decisive?.high)),
        ])
    }
}

extension ComparisonPart {
    fileprivate func document(number: Int) -> JSON {
        guard let from, let to else { return .object([("pair", .int(number)), ("ratio", .double(ratio))]) }
        return .object([("from", .double(from)), ("to", .double(to)), ("ratio", .double(ratio)), ("late", .bool(isLate))])
    }
}

extension Untested {
    fileprivate var key: String {
        switch self {
        case .tooShort: "too_short"
        case .lateBlocks: "late_blocks"
        case .invalid: "invalid"
        case .schedule: "set_by_schedule"
        case .noFailure: "no_failure"
        case .noRecords: "no_records"
        case .unknownPlan: "unknown_plan"
        }
    }
}

extension ComparedQuantity {
    fileprivate var unit: String {
        switch self {
        case .latency, .timeToFirstToken, .timePerToken: "ms"
        case .throughput: "requests/s"
        case .outputTokensPerSecond: "tokens/s"
        case .successRate: "share"
        }
    }
}

extension RatioEstimate {
    fileprivate var document: JSON {
        .object([
            ("ratio", .double(ratio)), ("low", .double(low)), ("high", .double(high)), ("detectable", .double(detectable)),
            ("probability", .double(probability)), ("blocks", .int(blocks)),
        ])
    }
}

extension LengthDifference {
    fileprivate var document: JSON {
        .object([
            ("a_mean_tokens", .double(a)), ("b_mean_tokens", .double(b)), ("different", .bool(isDifferent)),
            ("ratio", ratio?.document ?? .null),
        ])
    }
}

extension JSON {
    /// What values alone tell: a ratio, and no bounds.
    fileprivate init(ratioOfValues figure: ComparisonFigure) {
        self = figure.ratioOfValues.map { .object([("ratio", .double($0)), ("low", .null), ("high", .null)]) } ?? .null
    }
}
