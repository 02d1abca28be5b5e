// What is particular to one lane of a run that carries several: its server, its requests, its plan. All else is the run's, which
// lends it to make a whole description of the lane.

import Base
import Generator

/// One lane of a run, as the head of its records has it.
package struct LaneDescription: Codable, Sendable, Equatable {
    /// As people call it: `a`, `b`.
    package var name: String
    /// What its records carry; not 0.
    package var arm: UInt16
    package var model: String
    /// Credentials masked.
    package var url: String
    package var plannedArrivals: Int?
    package var plan: PlanDescription
    package var resolvedScenario: JSON
    package var corpus: CorpusDescription
    package var testRequest: TestRequestDescription?
    package var conditions: RunConditions?

    /// Of the run that `context` would describe if this lane were all of it.
    package init(name: String, arm: UInt16, context: RunContext) {
        self.name = name
        self.arm = arm
        model = context.model
        url = context.url
        plannedArrivals = context.plannedArrivals
        plan = context.plan
        resolvedScenario = context.resolvedScenario
        corpus = context.corpus
        testRequest = context.testRequest
        conditions = context.conditions
    }
}

extension RunContext {
    /// The run as if the lane with that number were all of it; the run itself for 0.
    package func ofLane(_ arm: UInt16) -> RunContext {
        guard let lane = lane(arm) else { return self }
        var context = self
        context.lanes = nil
        context.probe = nil
        context.model = lane.model
        context.url = lane.url
        context.plannedArrivals = lane.plannedArrivals
        context.plan = lane.plan
        context.resolvedScenario = lane.resolvedScenario
        context.corpus = lane.corpus
        context.testRequest = lane.testRequest
        context.conditions = lane.conditions
        return context
    }

    /// The name of the lane with that number; nil for the run itself.
    package func laneName(_ arm: UInt16) -> String? { lane(arm)?.name }

    private func lane(_ arm: UInt16) -> LaneDescription? {
        if let probe, probe.arm == arm { return probe }
        return lanes?.first { $0.arm == arm }
    }
}

/// What is particular to how a lane ended.
package struct LaneOutcome: Codable, Sendable, Equatable {
    package var arm: UInt16
    /// As in ``RunOutcome``.
    package var arrivalsDue: Int?
    package var connections: [ConnectionCount]?

    package init(arm: UInt16, arrivalsDue: Int? = nil, connections: [ConnectionCount]? = nil) {
        self.arm = arm
        self.arrivalsDue = arrivalsDue
        self.connections = connections
    }
}

extension RunOutcome {
    /// How the lane with that number ended; the run itself for 0.
    package func ofLane(_ arm: UInt16) -> RunOutcome {
        guard let lane = ((lanes ?? []) + [probe].compactMap { $0 }).first(where: { $0.arm == arm }) else { return self }
        var outcome = self
        outcome.lanes = nil
        outcome.probe = nil
        outcome.arrivalsDue = lane.arrivalsDue
        outcome.connections = lane.connections
        outcome.turns = turns?.filter { $0.arm == arm }
        return outcome
    }
}
