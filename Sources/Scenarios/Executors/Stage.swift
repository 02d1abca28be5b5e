// The straight lines that the ramping executors follow.

import Base

/// A straight line from the previous target to `target` (k6's stage). A zero duration is a jump.
package struct Stage: Sendable, Equatable {
    package var duration: Duration
    /// Virtual users, or arrivals per time unit.
    package var target: Int

    package init(duration: Duration, target: Int) {
        self.duration = duration
        self.target = target
    }
}

extension [Stage] {
    var total: Duration { reduce(.zero) { $0 + $1.duration } }

    /// The highest point of the line from `start` on.
    func highest(from start: Int) -> Int { reduce(start) { Swift.max($0, $1.target) } }

    /// The lowest of its ends that is more than 0.
    func least(from start: Int) -> Int { ([start] + map(\.target)).filter { $0 > 0 }.min() ?? 1 }

    /// The same line in another time: the sum is exactly `duration`. Scales the stage boundaries, not the lengths, so
    /// that rounding does not add up. A line of 0 s cannot be scaled and stays.
    func scaled(toDuration duration: Duration) -> [Stage] {
        let total = reduce(Int64(0)) { $0 + $1.duration.nanoseconds }
        guard total > 0 else { return self }
        var elapsed: Int64 = 0
        var previous: Int64 = 0
        return map { stage in
            elapsed += stage.duration.nanoseconds
            let product = elapsed.multipliedFullWidth(by: duration.nanoseconds)
            let boundary = total.dividingFullWidth((product.high, product.low)).quotient
            defer { previous = boundary }
            return Stage(duration: .nanoseconds(boundary - previous), target: stage.target)
        }
    }

    /// `0 -> 10 -> 50`.
    func line(from start: Int) -> String {
        var points = [start]
        for stage in self where stage.target != points.last { points.append(stage.target) }
        return points.map(String.init).joined(separator: " -> ")
    }
}
