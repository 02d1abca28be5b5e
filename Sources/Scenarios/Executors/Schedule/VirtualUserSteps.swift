// How many virtual users the plan wants at any instant (closed loop). A ramp is walked step by step with O(1)
// state, one step each time the count changes, so that 0 → 50,000 users needs no list of 50,000 entries.

import Base

/// The plan's virtual-user count changes to `count` at `time` nanoseconds from the start.
package struct VirtualUserStep: Sendable, Equatable {
    package var time: Int64
    package var count: Int

    package init(time: Int64, count: Int) {
        self.time = time
        self.count = count
    }
}

/// The steps of a closed loop in order of time; the first is at 0.
///
/// k6 §4.2: rising from `a` to `b` in `d`, user `n` starts when the line reaches `n`, at `d(n-a)/(b-a)`; falling,
/// the count becomes `n` when the line reaches `n`, at `d(a-n)/(a-b)`. A stage of 0 s jumps. At the end of the last
/// stage the count becomes 0.
package struct VirtualUserSteps: Sequence, IteratorProtocol, Sendable {
    private let stages: [Stage]
    private var index = 0
    private var stageStart: Int64 = 0
    private var stageFrom: Int
    private var count: Int
    private var begun = false
    private var ended = false

    /// The count falls to 0 at the end although no stage says so. What users do then is up to the graceful stop, not to
    /// the graceful ramp-down.
    package var endsUnasked: Bool { (stages.last?.target ?? count) > 0 }

    package init(startVUs: Int, stages: [Stage]) {
        self.stages = stages
        stageFrom = startVUs
        count = startVUs
    }

    package mutating func next() -> VirtualUserStep? {
        if !begun {
            begun = true
            return VirtualUserStep(time: 0, count: count)
        }
        while index < stages.count {
            let stage = stages[index]
            if count != stage.target {
                count = stage.duration <= .zero ? stage.target : count + (stage.target > count ? 1 : -1)
                return VirtualUserStep(time: stageStart + offset(of: count, in: stage), count: count)
            }
            stageStart += stage.duration.nanoseconds
            stageFrom = stage.target
            index += 1
        }
        guard !ended else { return nil }
        ended = true
        return count == 0 ? nil : VirtualUserStep(time: stageStart, count: 0)
    }

    /// 128-bit product: 50,000 users in a stage of days overflows 64 bits.
    private func offset(of count: Int, in stage: Stage) -> Int64 {
        let span = Int64(abs(stage.target - stageFrom))
        guard stage.duration > .zero, span > 0 else { return 0 }
        let product = stage.duration.nanoseconds.multipliedFullWidth(by: Int64(abs(count - stageFrom)))
        return span.dividingFullWidth(product).quotient
    }
}
