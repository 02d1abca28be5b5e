// What commands do with a load test that is prepared: show it, or wait for what it tests, submit it and carry it out.

import Base
import Loadtests
import Submit

extension ClusterOptions {
    /// - Parameter waitUntilHealthy: returns how long the job itself is to wait, nil for not at all.
    /// - Returns: the command's exit code.
    func carryOut(
        _ test: PreparedLoadtest, runID: String, waitUntilHealthy: @escaping @Sendable () async throws -> Duration?
    ) async throws -> Int32 {
        let place = try await test.openCluster(checkingPartition: !dryRun)
        if dryRun {
            try StandardOutput.write(try test.job(at: place, waitingForServer: test.plannedWaitInJob).preview())
            return 0
        }
        try await test.job(at: place).checkFiles()
        let interrupts = Interrupts()
        let wait: Duration?
        do {
            wait = try await interrupts.cancelling(leaving: "sml: interrupted; nothing was submitted") { try await waitUntilHealthy() }
        } catch is CancellationError {
            say("sml: interrupted; nothing was submitted")
            return JobOutcome.Code.detached
        }
        return try await test.job(at: place, waitingForServer: wait).carryOut(
            runID: runID, cancelOnInterrupt: cancelOnInterrupt, interrupts: interrupts)
    }
}
