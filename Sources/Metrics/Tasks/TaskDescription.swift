// Which part of a run a records file holds, when the run was several processes, and what became of each part.

import Generator

/// One task among those that carry out a plan together.
package struct TaskDescription: Codable, Sendable, Equatable {
    /// From 0.
    package var index: Int
    package var count: Int
    /// Arrivals of the whole plan; the context's own ``RunContext/plannedArrivals`` are this task's.
    package var plannedArrivals: Int?
    /// The same of each lane, nil for closed loops; absent for a run without lanes.
    package var lanes: [Int?]?
    /// The same of a probe.
    package var probe: Int?

    package init(_ share: TaskShare, plannedArrivals: Int?, lanes: [Int?]? = nil, probe: Int? = nil) {
        index = share.index
        count = share.count
        self.plannedArrivals = plannedArrivals
        self.lanes = lanes
        self.probe = probe
    }

    /// Arrivals of the whole plan of a lane, by its place among the lanes.
    func arrivals(ofLane index: Int) -> Int? { lanes.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
}

/// What is known of one task when a run's records are merged.
package struct TaskOutcome: Sendable {
    package enum State: String, Sendable {
        /// Its records are there to their end.
        case complete
        /// Its records end early: the task was killed or still runs.
        case cutOff = "cut_off"
        /// There are no records of it.
        case missing
    }

    package let index: Int
    package internal(set) var state: State
    package internal(set) var host = ""
    package internal(set) var workers = 0
    /// How its own part ended; nil unless complete.
    package internal(set) var outcome: RunOutcome?
    package internal(set) var started = Counter()
    package internal(set) var finished = Counter()
    /// Started − scheduled, milliseconds: a late node is not to hide in the sum.
    package internal(set) var startLateness = Trend()

    init(index: Int, state: State) {
        self.index = index
        self.state = state
    }

    mutating func consume(_ record: RunRecord) {
        guard record.kind == .request else { return }
        if record.hop == 0 {
            started.add()
            startLateness.add(milliseconds(record.started - record.scheduled))
        }
        if record.flags.contains(.final), !record.flags.contains(.interrupted) { finished.add() }
    }
}
