// A share of yes among yes-or-no samples.

/// How many samples were non-zero (k6 §6.2 `Rate`).
public struct Rate: Sendable, Equatable {
    /// Non-zero samples. k6's summary calls them `passes`, also for `http_req_failed`, where they are the failures.
    public private(set) var passes: UInt64 = 0
    /// All samples.
    public private(set) var total: UInt64 = 0
    public init() {}
    public init(passes: UInt64, total: UInt64) {
        self.passes = passes
        self.total = total
    }

    public mutating func add(_ sample: Bool) {
        total &+= 1
        if sample { passes &+= 1 }
    }

    public mutating func merge(_ other: Rate) {
        passes &+= other.passes
        total &+= other.total
    }

    /// Zero samples.
    public var fails: UInt64 { total - passes }
    /// 0…1; 0 without samples.
    public var value: Double { total == 0 ? 0 : Double(passes) / Double(total) }
}
