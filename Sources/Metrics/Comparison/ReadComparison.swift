// A comparison read back from its document, for who shows it: a summary has nothing else of it, and what is shown of a fresh one
// is then the same. What is missing or damaged is left out.

import Base

/// Two sides and what their document says of them.
package struct ReadComparison: Sendable, Equatable {
    package var verdict: Comparison.Verdict
    /// `duet`, `abba`, `sequential`, `repeats`, `values`.
    package var design: String
    package var tolerance: Double
    /// Why the sides are no pair.
    package var objections: [String]
    /// Why a run of two arms has no comparison: an arm that died, turns that were too short.
    package var obstacles: [String]
    package var figures: [Figure]
    package var shift: [ShiftPoint]
    package var labels: [Label]
    package var lengths: Lengths?
    package var notes: [String]

    package struct Ratio: Sendable, Equatable {
        package var ratio: Double
        /// Bounds of 95 %, the smallest shift that would have been found 80 % of the time, and blocks; nil of values alone.
        package var low, high, detectable: Double?
        package var blocks: Int?
    }

    package struct Figure: Sendable, Equatable {
        /// As in texts: `p95`, `first token p95`, `success rate`.
        package var name: String
        package var quantity: ComparedQuantity
        package var p: Double?
        package var a, b: Double?
        package var measured, atEqualLengths: Ratio?
        package var isTested, isDifferent, isBeyondTolerance: Bool
        package var isWorse: Bool?
        /// As documents have it; nil for what was tested.
        package var untested: String?
        package var text: String?
        package var parts: [ComparisonPart]

        package var decisive: Ratio? { atEqualLengths ?? measured }
        /// With its unit.
        package func shown(_ value: Double?) -> String { value.map { quantity.text($0) } ?? "–" }
    }

    /// The latency at one percentile.
    package struct ShiftPoint: Sendable, Equatable {
        package var p, ratio: Double
        package var a, b, low, high: Double?
    }

    package struct Label: Sendable, Equatable {
        package var name: String
        package var figures: [Figure]
    }

    package struct Lengths: Sendable, Equatable {
        /// Mean completion tokens.
        package var a, b: Double
        package var isDifferent: Bool
    }
}

extension ReadComparison {
    /// Nil for what is no comparison.
    package init?(_ document: JSON) {
        guard let verdict = document["verdict"]?.text.flatMap(Comparison.Verdict.init(rawValue:)) else { return nil }
        func texts(_ key: String) -> [String] { (document[key]?.elements ?? []).compactMap(\.text) }
        self.init(
            verdict: verdict, design: document["design"]?.text ?? "", tolerance: document["tolerance"]?.number ?? 0,
            objections: texts("objections"),
            obstacles: texts("dead_arms") + [document[path: "turns", "problem"]?.text].compactMap { $0 },
            figures: Figure.all(document["figures"]), shift: (document["shift"]?.elements ?? []).compactMap(ShiftPoint.init(_:)),
            labels: (document["labels"]?.members ?? []).map { Label(name: $0.key, figures: Figure.all($0.value)) },
            lengths: Lengths(document["answer_lengths"]), notes: texts("notes"))
    }
}

extension ReadComparison.Figure {
    private static let keys: [String: (ComparedQuantity, Double?)] = Dictionary(
        uniqueKeysWithValues: ComparedQuantity.timed.flatMap { quantity in
            ComparedQuantity.percentiles.map { (quantity.key(p: $0), (quantity, Optional($0))) }
        } + ComparedQuantity.counted.map { ($0.key(p: nil), ($0, nil)) })

    fileprivate static func all(_ json: JSON?) -> [Self] {
        (json?.members ?? []).compactMap { member in keys[member.key].map { Self($0.0, $0.1, member.value) } }
    }

    private init(_ quantity: ComparedQuantity, _ p: Double?, _ json: JSON) {
        self.init(
            name: quantity.name(p: p), quantity: quantity, p: p, a: json["a"]?.number, b: json["b"]?.number,
            measured: .init(json["measured"]), atEqualLengths: .init(json["at_equal_lengths"]), isTested: json["tested"] == .bool(true),
            isDifferent: json["different"] == .bool(true), isBeyondTolerance: json["beyond_tolerance"] == .bool(true),
            isWorse: json["worse"].flatMap { $0 == .bool(true) ? true : $0 == .bool(false) ? false : nil },
            untested: json["not_tested_because"]?.text, text: json["text"]?.text,
            parts: (json["parts"]?.elements ?? []).compactMap(ComparisonPart.init(_:)))
    }
}

extension ReadComparison.Ratio {
    fileprivate init?(_ json: JSON?) {
        guard let ratio = json?["ratio"]?.number, ratio > 0 else { return nil }
        self.init(
            ratio: ratio, low: json?["low"]?.number, high: json?["high"]?.number, detectable: json?["detectable"]?.number,
            blocks: json?["blocks"]?.integer.flatMap { Int(exactly: $0) })
    }
}

extension ReadComparison.ShiftPoint {
    fileprivate init?(_ json: JSON) {
        guard let p = json["p"]?.number, let ratio = json["ratio"]?.number, ratio > 0 else { return nil }
        self.init(
            p: p, ratio: ratio, a: json["a"]?.number, b: json["b"]?.number, low: json["low"]?.number, high: json["high"]?.number)
    }
}

extension ReadComparison.Lengths {
    fileprivate init?(_ json: JSON?) {
        guard let a = json?["a_mean_tokens"]?.number, let b = json?["b_mean_tokens"]?.number else { return nil }
        self.init(a: a, b: b, isDifferent: json?["different"] == .bool(true))
    }
}

extension ComparisonPart {
    fileprivate init?(_ json: JSON) {
        guard let ratio = json["ratio"]?.number, ratio > 0 else { return nil }
        self.init(from: json["from"]?.number, to: json["to"]?.number, ratio: ratio, isLate: json["late"] == .bool(true))
    }
}

extension ArmComparison {
    /// What its document says.
    package var read: ReadComparison? { ReadComparison(document) }
}
