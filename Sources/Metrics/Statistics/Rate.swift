// A share of yes among yes-or-no samples.

/// How many samples were non-zero (k6 §6.2 `Rate`).
package struct Rate: Sendable, Equatable {
    /// Non-zero samples. k6's summary calls them `passes`, also for `http_req_failed`, where they are the failures.
    package private(set) var passes: UInt64 = 0
    /// All samples.
    package private(set) var total: UInt64 = 0
    package init() {}
    package init(passes: UInt64, total: UInt64) {
        self.passes = passes
        self.total = total
    }

    package mutating func add(_ sample: Bool) {
        total &+= 1
        if sample { passes &+= 1 }
    }

    package mutating func merge(_ other: Rate) {
        passes &+= other.passes
        total &+= other.total
    }

    /// Zero samples.
    package var fails: UInt64 { total - passes }
    /// 0…1; 0 without samples.
    package var value: Double { total == 0 ? 0 : Double(passes) / Double(total) }
}
