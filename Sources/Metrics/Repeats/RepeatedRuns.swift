// Several runs of one plan, and what their figures say together. The interval of one run knows the noise within it; restarts,
// placement, neighbours and whatever drifts more slowly than a run lasts show only between runs (docs/TRUTH.md).

import Base
import Scenarios
import Statistics

package struct RepeatedRuns: Sendable, Equatable {
    /// How many were asked for.
    package var asked: Int
    package var runs: [RepeatedRun]
    /// What was run: scenario, model, how much of a machine serves it.
    package var plan: RepeatedPlan

    package init(asked: Int, plan: RepeatedPlan, runs: [RepeatedRun] = []) {
        self.asked = asked
        self.plan = plan
        self.runs = runs
    }

    /// A figure over runs.
    package struct Between: Sendable, Equatable {
        /// Geometric mean; bounds are those of 95 %, nil for fewer than 2 runs and where the runs do not differ at all.
        package var figure: Figure
        /// Standard deviation of the logarithms: 0.02 for runs that differ by 2 %. Nil for fewer than 2.
        package var spread: Double?
        package var runs: Int

        /// Nil without a figure.
        init?(_ figures: [Double]) {
            guard !figures.isEmpty else { return nil }
            runs = figures.count
            // Runs in which nothing failed do not prove that nothing can.
            if let first = figures.first, figures.allSatisfy({ $0 == first }) {
                figure = Figure(value: first)
                spread = figures.count > 1 ? 0 : nil
            } else {
                figure = BetweenRuns.interval(figures).map { Figure($0) } ?? Figure(value: figures.reduce(0, +) / Double(figures.count))
                spread = BetweenRuns.spread(figures)
            }
        }
    }

    /// Those whose figures count.
    package var counted: [RepeatedRun] { runs.filter { $0.isLeftOut == nil } }

    /// How long answers take of a queue that grows says how long the run was, so an overloaded run has rates only.
    package func latency(_ p: Double) -> Between? {
        Between(counted.filter { !$0.isOverloaded }.compactMap { $0.latency[p] })
    }

    package var requestsPerSecond: Between? { Between(counted.map(\.requestsPerSecond)) }
    package var tokensPerSecond: Between? { Between(counted.compactMap(\.tokensPerSecond)) }

    package var successRate: Between? {
        guard var between = Between(counted.compactMap(\.successRate)) else { return nil }
        between.figure = Figure(value: between.figure.value, low: between.figure.low, high: between.figure.high.map { min(1, $0) })
        return between
    }
}

/// What the runs have in common.
package struct RepeatedPlan: Sendable, Equatable {
    package var scenario, executor, model: String
    package var server: ServerSize?

    package init(scenario: String, executor: String, model: String, server: ServerSize? = nil) {
        self.scenario = scenario
        self.executor = executor
        self.model = model
        self.server = server
    }

    package init(_ result: RunResult) {
        self.init(
            scenario: result.scenario, executor: result.run?.plan.executor ?? "", model: result.run?.model ?? "", server: result.run?.server
        )
    }
}
