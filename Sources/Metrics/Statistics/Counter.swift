// A sum that only grows. Everything we count is whole, so it is an integer where k6 has a double.

/// A total and its rate over the run (k6 §6.2 `Counter`).
package struct Counter: Sendable, Equatable {
    package private(set) var total: UInt64 = 0
    package init() {}

    package mutating func add(_ amount: UInt64 = 1) { total &+= amount }
    package mutating func merge(_ other: Counter) { total &+= other.total }

    /// Total per second of `seconds`, the run from its start to the end of the executor with its graceful stop
    /// (k6 §6.2); 0 for a run without length.
    package func rate(overSeconds seconds: Double) -> Double { seconds > 0 ? Double(total) / seconds : 0 }
}
