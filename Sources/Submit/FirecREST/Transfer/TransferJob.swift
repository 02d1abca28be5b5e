// The job on the cluster that moves data between its file system and the object store.

extension FirecRESTCluster {
    /// Waits until a transfer job has ended well.
    func waitForTransfer(_ id: String, of path: String) async throws {
        let start = ContinuousClock.now
        while true {
            let job = try await job(id)
            let age = ContinuousClock.now - start
            if let job, job.accounted.isOver {
                guard job.state == "COMPLETED" else {
                    throw FirecRESTError.damaged(path: path, reason: "transfer job \(id) ended as \(job.state)")
                }
                return
            }
            if job == nil, age >= pace.unknownJob {
                throw FirecRESTError.damaged(path: path, reason: "transfer job \(id) is not known to SLURM")
            }
            guard age < pace.transferLimit else {
                _ = try? await cancel(id)
                throw FirecRESTError.damaged(
                    path: path, reason: "transfer job \(id) did not end within \(pace.transferLimit.components.seconds) s")
            }
            try await Task.sleep(for: pace.transferPoll)
        }
    }
}
