// One pass over the corpus to each arm before a comparison, so that what a server remembers of prompts it remembers from the
// start in both. Sent as the run sends its requests, but for few tokens; nothing of it reaches the run's figures.

import Base
import Generator
import Scenarios
import Synchronization

enum CachePass {
    /// Users of each arm: enough to fill a server, and no more than the plan would have.
    private static let mostUsers = 32

    /// How long it can take at most, a day: every request may come to its time limit.
    static func longest(_ lanes: [RunLanes.Lane]) -> Duration {
        let each = lanes.map { lane in
            let rounds = (lane.corpus.count + users(of: lane) - 1) / users(of: lane)
            return min(.seconds(86_400), lane.plan.target.timeout * min(rounds + 1, 86_400))
        }
        return each.max() ?? .zero
    }

    private static func users(of lane: RunLanes.Lane) -> Int { min(lane.plan.executor.maxVUs, mostUsers, lane.corpus.count) }

    /// Sends every prompt once to every arm.
    ///
    /// - Throws: ``TestRequestError`` for a signal; ``GeneratorError``.
    static func send(
        _ lanes: [RunLanes.Lane], workers: Int?, environment: [String: String], stop: RunStop, say: (String) -> Void
    ) async throws {
        let started = ContinuousClock.now
        say("filling the servers' caches: one pass over \(lanes[0].corpus.count) prompts to each arm, not measured")
        let loads = lanes.map { lane in
            LaneLoad(
                arm: lane.arm, plan: lane.plan.ofCachePass(users: users(of: lane)), corpus: lane.corpus.ofCachePass, order: lane.order)
        }
        let run = try LoadRun(
            lanes: loads, texts: TextTable(),
            options: RunOptions(workers: workers, userAgent: Product.userAgent, environment: environment))
        let counts = Mutex<[UInt16: (all: Int, failed: Int)]>([:])
        let watcher = Task {
            while !Task.isCancelled {
                if stop.first != nil { run.stop(reason: "", drain: .zero) }
                // What is in flight then is the last of the pass.
                if zip(run.lanes, loads).allSatisfy({ $0.live.iterations >= $1.corpus.count }) {
                    run.stop(reason: "", drain: loads.map(\.plan.target.timeout).max() ?? .zero)
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { watcher.cancel() }
        _ = try await run.run { batch in
            guard case .records(let records) = batch else { return }
            counts.withLock { counts in
                for record in records where record.kind == .request && record.flags.contains(.final) {
                    counts[record.arm, default: (0, 0)].all += 1
                    if !record.isSuccess { counts[record.arm, default: (0, 0)].failed += 1 }
                }
            }
        }
        if let first = stop.first {
            throw TestRequestError(.interrupted, "stopped by \(first.reason) before the run began; there is no summary")
        }
        for lane in lanes {
            let (all, failed) = counts.withLock { $0[lane.arm] ?? (0, 0) }
            if failed > 0 { say("warning: \(lane.prefix)\(failed) of \(all) requests of that pass failed") }
        }
        say("the caches are filled after \(DurationGrammar.format(.seconds((ContinuousClock.now - started).components.seconds)))")
    }
}
