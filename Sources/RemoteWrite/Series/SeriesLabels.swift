// The identity of one series, rendered to its protobuf bytes once. A run pushes the same few hundred label sets every
// five seconds, so the sorting, checking and encoding of names happens here, at creation, and a push only copies.

import Base

internal import SwiftProtobuf

/// A metric name with its labels, in the form remote write sends it.
///
/// Labels are sorted bytewise by name with `__name__` among them (k6 §7.1), labels with an empty value are left out
/// (k6 §7.4). Of two labels with one name the later one counts. Names Prometheus would refuse are made valid instead of losing the whole push: a character outside
/// `[a-zA-Z0-9_]` (for metric names also `:`) becomes `_`, and a leading digit gets `_` before it. k6 sends such names
/// unchanged. What is longer than receivers take is cut (`LabelText`). If two names become equal, the one that was valid from the start wins, then the bytewise smaller one.
package struct SeriesLabels: Hashable, Sendable {
    private let rendered: Rendered

    package init(name: String, labels: [(name: String, value: String)]) {
        var names: Set<String> = []
        let latest = labels.reversed().filter { names.insert($0.name).inserted }
        var candidates = latest.filter { !$0.value.isEmpty && $0.name != Self.metricNameLabel }
            .map { (original: $0.name, name: Self.validName($0.name, allowColon: false), value: $0.value) }
        candidates.sort { left, right in
            if left.name != right.name { return Self.isBytewiseLess(left.name, right.name) }
            let leftIsValid = left.name == left.original
            if leftIsValid != (right.name == right.original) { return leftIsValid }
            return Self.isBytewiseLess(left.original, right.original)
        }
        candidates.append((Self.metricNameLabel, Self.metricNameLabel, Self.validName(name, allowColon: true)))
        candidates.sort { Self.isBytewiseLess($0.name, $1.name) }

        var series = WireTimeSeries()
        for candidate in candidates where candidate.name != series.labels.last?.name {
            series.labels.append(
                .with {
                    $0.name = candidate.name
                    $0.value = LabelText.bounded(candidate.value, bytes: LabelText.maximumValueBytes)
                })
        }
        self.init(series.labels)
    }

    package init(name: String, labels: [String: String]) {
        self.init(name: name, labels: labels.map { ($0.key, $0.value) })
    }

    init(_ labels: [WireLabel]) {
        let series = WireTimeSeries.with { $0.labels = labels }
        // Encoding strings cannot fail (only messages with required fields or `Any` can); an empty set would be the
        // visible trace if it ever did.
        rendered = Rendered((try? series.serializedBytes()) ?? [])
    }

    /// The labels as they are sent, for tests and messages; decoding is not for the push path.
    package var decoded: [(name: String, value: String)] {
        let series = try? WireTimeSeries(serializedBytes: rendered.bytes)
        return (series?.labels ?? []).map { ($0.name, $0.value) }
    }

    /// The labels as PromQL writes them, for a line of a log: short, without control characters.
    var shown: String {
        let labels = decoded
        let name = labels.first { $0.name == Self.metricNameLabel }?.value ?? ""
        let rest = labels.filter { $0.name != Self.metricNameLabel }.map { "\($0.name)=\"\($0.value)\"" }
        return Redactor().line(name + "{" + rest.joined(separator: ",") + "}")
    }

    /// The label part of a protobuf `TimeSeries`; appending sample fields to it completes the message.
    var bytes: [UInt8] { rendered.bytes }

    package static func == (left: Self, right: Self) -> Bool {
        left.rendered === right.rendered
            || (left.rendered.hash == right.rendered.hash && left.rendered.bytes == right.rendered.bytes)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(rendered.hash) }
}

extension SeriesLabels {
    /// Shared by all copies: a snapshot of 5,000 series then holds 5,000 references, and equality is mostly `===`.
    private final class Rendered: Sendable {
        let bytes: [UInt8]
        let hash: Int

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            hash = bytes.hashValue
        }
    }

    private static let metricNameLabel = "__name__"

    private static func isBytewiseLess(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func validName(_ name: String, allowColon: Bool) -> String {
        var valid = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": valid.unicodeScalars.append(scalar)
            case "0"..."9":
                if valid.isEmpty { valid = "_" }
                valid.unicodeScalars.append(scalar)
            case ":" where allowColon: valid.unicodeScalars.append(scalar)
            default: valid.append("_")
            }
        }
        return valid.isEmpty ? "_" : LabelText.bounded(valid, bytes: LabelText.maximumNameBytes)
    }
}
