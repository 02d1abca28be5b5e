// The models of one load test: one, or the two arms of a comparison. They are submitted one after the other, waited for together, and
// whatever happens from the first submission on, each of them is ended or spoken of.

import Base
import Models
import Scenarios
import Submit

struct LaunchedModels: Sendable {
    let test: PreparedLoadtest
    let place: OpenedCluster
    /// Whether their jobs end with the test, however that ended.
    let cancelsAfter: Bool
    let interrupts: Interrupts
    private var models: [LaunchedModel] = []

    init(test: PreparedLoadtest, place: OpenedCluster, cancelsAfter: Bool, interrupts: Interrupts) {
        self.test = test
        self.place = place
        self.cancelsAfter = cancelsAfter
        self.interrupts = interrupts
    }

    /// A model's job ended before the model was healthy.
    static let endedCode: Int32 = 118

    /// Submits the models' jobs, waits for them, tests them and ends what is to be ended, also when any of that fails. Returns
    /// the exit code.
    mutating func loadtest(_ launches: [ModelLaunch]) async throws -> Int32 {
        let code: Int32
        do {
            code = try await submit(launches) ? try await loadtest() : JobOutcome.Code.detached
        } catch {
            _ = await end()
            throw error
        }
        let areEnded = await end()
        return code == 0 && !areEnded ? 69 : code
    }

    /// Where the results of these models' test go, under the root of all.
    var runID: String { models.map(\.id.description).joined(separator: "-") }

    /// False when a signal came.
    private mutating func submit(_ launches: [ModelLaunch]) async throws -> Bool {
        for (index, launch) in launches.enumerated() {
            let arm = launches.count > 1 ? RunConfiguration.armNames[index] : nil
            guard
                let model = try await LaunchedModel.submit(
                    launch, arm: arm, test: test, place: place, interrupts: interrupts, after: models.map(\.goesOn))
            else { return false }
            models.append(model)
            try model.tell()
            // A signal that came while it was submitted is one now.
            if interrupts.isEnding { return false }
        }
        return true
    }

    private func loadtest() async throws -> Int32 {
        if test.request.waitsUntilHealthy {
            do {
                if let (model, end) = try await interrupts.cancelling({ try await wait() }) {
                    await model.explain(end)
                    return Self.endedCode
                }
            } catch is CancellationError {
                say("sml: interrupted; no load test was submitted")
                return JobOutcome.Code.detached
            }
        }
        let aimed = try await aimed()
        // What a job's report says proves nothing about the way to it.
        let serverWait = test.file.launcher == .firecrest && test.request.waitsUntilHealthy ? aimed.plannedWaitOfFarModel : nil
        let code = try await aimed.job(at: place, waitingForServer: serverWait).carryOut(
            runID: runID, cancelOnInterrupt: cancelsAfter || test.request.cancelsOnInterrupt, interrupts: interrupts)
        for model in models { await model.warnIfEnded() }
        return code
    }

    private func aimed() async throws -> PreparedLoadtest {
        var targets: [PreparedLoadtest.Target] = []
        for model in models { targets.append(try await model.target()) }
        return try test.aimed(at: targets)
    }

    // MARK: Waiting

    private enum Seen: Sendable {
        case healthy(Int)
        case ended(Int, JobEnd)
    }

    /// Until all are healthy: nil, or the first whose job ended before. One that is healthy is looked at until the others are: its
    /// job may end while they are still queued.
    private func wait() async throws -> (model: LaunchedModel, end: JobEnd)? {
        let display = ArmDisplays()
        return try await withThrowingTaskGroup(of: Seen.self) { group in
            for (index, model) in models.enumerated() {
                let own: any WaitDisplay = model.arm.map { display.of($0) } ?? TerminalDisplay()
                group.addTask { try await model.wait(own).map { .ended(index, $0) } ?? .healthy(index) }
            }
            defer { group.cancelAll() }
            var missing = models.count
            while let seen = try await group.next() {
                switch seen {
                case .ended(let index, let end): return (models[index], end)
                case .healthy(let index):
                    missing -= 1
                    guard missing > 0 else { return nil }
                    let model = models[index]
                    group.addTask { .ended(index, try await model.untilEnd()) }
                }
            }
            return nil
        }
    }

    // MARK: Ending

    /// False when a job should have been cancelled and was not. After a signal there is little time left: all at once.
    private func end() async -> Bool {
        guard interrupts.isEnding else {
            var areEnded = true
            for model in models { areEnded = await model.end(cancelling: cancelsAfter) && areEnded }
            return areEnded
        }
        return await withTaskGroup(of: Bool.self) { group in
            for model in models { group.addTask { await model.endAtOnce(cancelling: cancelsAfter) } }
            return await group.reduce(true) { $0 && $1 }
        }
    }
}
