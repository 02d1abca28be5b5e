// A value that goes up and down; only its last value and its extremes are kept.

/// Last, smallest and largest value (k6 §6.2 `Gauge`).
package struct Gauge: Sendable, Equatable {
    package private(set) var value = 0.0
    package private(set) var count = 0
    private var smallest = Double.infinity
    private var largest = -Double.infinity
    package init() {}

    package mutating func set(_ new: Double) {
        value = new
        count += 1
        smallest = Swift.min(smallest, new)
        largest = Swift.max(largest, new)
    }

    package var isEmpty: Bool { count == 0 }
    /// 0 without samples.
    package var min: Double { count == 0 ? 0 : smallest }
    /// 0 without samples.
    package var max: Double { count == 0 ? 0 : largest }
    /// k6's maximum starts at 0, so that a gauge that only saw -2 reports 0 (k6 §6.2).
    package var k6Max: Double { Swift.max(0, max) }
}
