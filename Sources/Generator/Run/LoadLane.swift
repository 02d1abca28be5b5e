// What a run can carry several of at once: a load with its own server, requests, schedule and figures. Two arms of a comparison
// are two lanes, and so is what looks at a server that another lane loads. They share the clock, the shards and their loops, so
// that a busy machine delays them alike. A run of one lane is a run as it always was.

import Scenarios
import Base

/// One lane as it is asked for.
package struct LaneLoad: Sendable {
    /// Carried by its records. 0 for the only lane, or for a load that others only look at.
    package var arm: UInt16
    package var plan: Plan
    package var corpus: Corpus
    package var order: PromptOrder
    /// Written into the place that the corpus has for it.
    package var nonce: PromptNonce?

    package init(arm: UInt16 = 0, plan: Plan, corpus: Corpus, order: PromptOrder, nonce: PromptNonce? = nil) {
        self.arm = arm
        self.plan = plan
        self.corpus = corpus
        self.order = order
        self.nonce = nonce
    }
}

/// One lane of a run.
package struct LoadLane: Sendable {
    let context: ShardContext
    /// This task's arrivals in the plan, of all its turns; nil for closed loops, whose number of requests is up to the server.
    package let plannedArrivals: Int?
    private let turns: LaneTurns?
    /// Among the run's lanes.
    private let index: Int

    package var arm: UInt16 { context.arm }
    package var plan: Plan { context.plan }
    package var live: LiveCounters { context.live }
    /// Numeric addresses the load goes to; empty when the name did not resolve or a proxy is used.
    package var addresses: [String] { context.addresses.numeric }
    /// The proxy as it was given; nil for none. May hold a password.
    package var proxy: String? { context.settings.proxy }
    /// The connections that exchanges opened, so far as they have ended.
    package var connections: [ConnectionCount] { context.connections.all }

    init(
        _ load: LaneLoad, settings: TransferSettings, addresses: ServerAddresses, texts: TextTable, clock: RunClock, shards: Int,
        share: TaskShare, index: Int, turns: LaneTurns?
    ) {
        let plan = load.plan
        self.index = index
        self.turns = turns
        let times = turns?.order.count { $0 == index } ?? 1
        plannedArrivals = plan.executor.arrivals.map { share.part(of: $0.count) * times }
        context = ShardContext(
            arm: load.arm, plan: plan, corpus: load.corpus, order: load.order, settings: settings, addresses: addresses, clock: clock,
            live: LiveCounters(), shards: shards, share: share,
            answers: AnswerSetting(
                model: load.corpus.model.map { Array($0.utf8) }, texts: texts, redactor: Redactor(hiding: plan.target)),
            pause: plan.faults.onTooManyRequests == .pause ? RequestPause() : nil,
            nonce: load.corpus.hasNonces ? load.nonce : nil)
    }

    /// Arrivals of this task that are due by `elapsed` nanoseconds; nil for closed loops.
    package func arrivalsDue(by elapsed: Int64) -> Int? {
        plan.executor.arrivals.map { arrivals in
            starts.reduce(0) { $0 + context.share.part(of: elapsed < $1 ? 0 : arrivals.dueCount(by: elapsed - $1)) }
        }
    }

    /// When its plan began, each time.
    private var starts: [Int64] { turns.map { $0.all.filter { $0.lane == index }.map(\.start) } ?? [0] }

    /// Arrivals per second that the plan wants of this task at `elapsed` nanoseconds; nil for closed loops.
    package func rateAsked(at elapsed: Int64) -> Double? {
        plan.executor.arrivals.map { arrivals in
            if let turns, turns.all.last?.lane != index { return 0 }
            return arrivals.rate(at: elapsed - (starts.last ?? 0)) / Double(context.share.count)
        }
    }

    /// Users that exist now, or will.
    var createdUsers: Int {
        switch plan.executor.load {
        case .users: context.share.part(of: plan.executor.maxVUs)
        case .arrivals(_, let planned): max(context.share.part(of: planned), live.created)
        }
    }
}
