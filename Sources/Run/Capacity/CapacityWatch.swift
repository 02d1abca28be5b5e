// Watches a probe while it goes on, four times a second on a thread of its own: ends it when its queue grows beyond doubt, so that no
// node's minute is spent on a collapsed server, and a confirmation as soon as a look has decided: confirmed, or no later one can.

import Base
import Generator
import Metrics
import Scenarios
import Statistics
import Synchronization

final class CapacityWatch: Sendable {
    private static let interval: Int64 = 250_000_000

    private struct State {
        var growth: GrowthGuard?
        var watching = CapacityWatching()
        var ticks = 0
    }

    private let trial: CapacityTrial
    private let run: LoadRun
    private let readers: RunReaders
    private let thread: SerialThread
    private let state: Mutex<State>

    /// - Throws: ``GeneratorError/unavailable(_:)`` when there is no thread for it.
    init(_ trial: CapacityTrial, run: LoadRun, readers: RunReaders) throws(GeneratorError) {
        self.trial = trial
        self.run = run
        self.readers = readers
        thread = try SerialThread("sml.capacity")
        state = Mutex(
            State(growth: trial.guarding.map { GrowthGuard(rate: trial.load.load, shortest: $0.inSeconds) }))
    }

    private var lane: LoadLane { run.lanes[0] }
    private var warmUp: Int64 { trial.load.warmUp.nanoseconds }

    func begin() {
        thread.repeat(first: run.clock.origin + Self.interval, every: Self.interval) { [self] in
            let elapsed = run.clock.now
            guard elapsed > 0 else { return }
            if elapsed < lane.plan.executor.regularEnd { watchGrowth(elapsed) }
            look(elapsed)
        }
    }

    func end() { thread.stopRepeating() }

    private func watchGrowth(_ elapsed: Int64) {
        let inFlight = lane.live.inFlight
        let answered = lane.live.iterations - inFlight
        let growth = state.withLock { state -> GrowthGuard.Growth? in
            guard state.watching.decidedAt == nil,
                let growth = state.growth?.add(inFlight: inFlight, answered: answered, at: Double(elapsed) / 1e9)
            else { return nil }
            (state.watching.growth, state.watching.decidedAt) = (growth, elapsed)
            return growth
        }
        guard growth != nil else { return }
        run.stop(byRule: "the queue grew beyond doubt: the search leaves this load", drain: .zero)
    }

    /// Looks when a look is due and every request that it is about has been answered, at most once a second.
    private func look(_ elapsed: Int64) {
        let next = state.withLock { state -> (index: Int, at: Int64)? in
            state.ticks += 1
            let index = state.watching.looks.count
            guard state.ticks % 4 == 0, state.watching.decidedAt == nil, index < trial.looks.count - 1 else { return nil }
            let end = warmUp + Duration.seconds(trial.looks[index].seconds).nanoseconds
            return elapsed >= end ? (index, end) : nil
        }
        guard let (index, due) = next else { return }
        let statistics = readers.statistics
        guard isAnswered(statistics, by: due, elapsed: elapsed) else { return }
        let (tail, seconds) = (trial.looks[index].tail, Double(due - warmUp) / 1e9)
        let findings = trial.judge.findings(statistics, window: warmUp..<due, tail: tail)
        let isGrowing = trial.guarding != nil && CapacityProbe.growth(statistics.observations, window: warmUp..<due) != nil
        let look = CapacityProbe.Look(
            seconds: seconds, level: tail, objectives: findings, isMet: !isGrowing && findings.allSatisfy(\.isMet))
        // Where nothing was answered at all there is nothing to hope for.
        let strain = trial.judge.strain(findings, seconds: seconds, tail: tail)
        let isDecided = look.isMet || strain?.isHopeful(Array(trial.looks.dropFirst(index + 1))) != true
        state.withLock { state in
            state.watching.looks.append(look)
            if isDecided { state.watching.decidedAt = elapsed }
        }
        if isDecided { run.stop(byRule: "the search has its answer", drain: lane.plan.gracefulStop) }
    }

    /// Whether nothing that was due before `instant` is in flight any more. Of users nobody knows what was; what takes longer than
    /// anything before it would be missed.
    private func isAnswered(_ statistics: RunStatistics, by instant: Int64, elapsed: Int64) -> Bool {
        var (seen, longest) = (0, Int64(0))
        statistics.observations.forEach {
            if $0.scheduled < instant { seen += statistics.observations.weight }
            longest = max(longest, $0.latency)
        }
        guard let due = lane.arrivalsDue(by: instant) else { return elapsed >= instant + longest }
        return seen + Int(statistics.dropped.total) >= due
    }

    /// What the probe came to, once its run has ended.
    func probe(_ statistics: RunStatistics, context: RunContext, outcome: RunOutcome, result: RunResult) -> CapacityProbe {
        var probe = trial.probe
        probe.take(
            statistics, context: context, outcome: outcome, result: result, watching: state.withLock { $0.watching }, judge: trial.judge,
            warmUp: warmUp, load: (trial.load.warmUp + trial.load.measured).nanoseconds, tail: trial.looks.last?.tail,
            promptsBefore: trial.load.promptsBefore)
        return probe
    }
}
