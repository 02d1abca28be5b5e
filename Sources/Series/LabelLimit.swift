// Keeps the number of series bounded whatever a corpus or a server puts into labels: the first values of a label name
// keep their own series, all later ones share those of `other`. One prompt label with one status is 86 series, so 100
// labels are 8,600, which Prometheus takes without notice; a corpus that labels every prompt would be 170,000.

/// First come, first kept, per label name.
package struct LabelLimit: Sendable {
    package static let other = "other"
    package static let defaultMaximum = 100

    /// Values per label name that keep their own series.
    package let maximum: Int
    private var kept: [String: Set<String>] = [:]
    private var dropped: [String: Set<String>] = [:]

    package init(maximum: Int = LabelLimit.defaultMaximum) { self.maximum = maximum }

    /// How many distinct values of each label name became ``other``; names without any are absent.
    package var folded: [String: Int] { dropped.mapValues(\.count) }

    /// `value`, or ``other`` when `name` has had ``maximum`` different values before it.
    mutating func admit(_ name: String, _ value: String) -> String {
        guard !value.isEmpty, value != Self.other, kept[name]?.contains(value) != true else { return value }
        if kept[name, default: []].count < maximum {
            kept[name, default: []].insert(value)
            return value
        }
        dropped[name, default: []].insert(value)
        return Self.other
    }
}
