// Submitting exactly once, looking, cancelling.

extension FirecRESTCluster {
    /// Submits `script` and returns the job's id. Safe against lost answers: the job is then looked up by `name`, and
    /// nothing is sent again unless the server said that SLURM was not asked, and the job is not there.
    ///
    /// - Parameters:
    ///   - name: the script's `--job-name`; nobody else's job may have it.
    ///   - account: nil for the user's default.
    /// - Throws: ``FirecRESTError/slurmRefused(_:)`` at once with sbatch's own sentence;
    ///   ``FirecRESTError/doubtful(name:reason:)`` when it may be queued though nobody knows it yet: some servers do not
    ///   list a job for a while, and a second one would write where the first does.
    func submit(script: String, name: String, workingDirectory: String, account: String? = nil) async throws -> String {
        let call = FirecRESTCall.submit(
            system.name, script: script, workingDirectory: workingDirectory, account: account ?? self.account)
        var untried = Patience()
        while true {
            do {
                return try await client.read(call, FirecRESTJob.submitted)
            } catch FirecRESTError.unknownOutcome(_, let reason, let isUntried) {
                await client.tell("no answer to the submission of \(name) (\(reason)); looking whether it is there")
                do {
                    if let id = try await find(name, pauses: pace.lookups) { return id }
                } catch let error as FirecRESTError {
                    throw FirecRESTError.doubtful(name: name, reason: "\(reason); and \(error)")
                }
                // Looking has taken its time; the rest is not paused for.
                guard isUntried, case .again = untried.failed(at: await client.now()) else {
                    throw FirecRESTError.doubtful(name: name, reason: reason)
                }
            }
        }
    }

    /// The number of the job of that name, looked for after each of `pauses`. The youngest, should there be several.
    func find(_ name: String, pauses: [Duration] = [.zero]) async throws -> String? {
        for pause in pauses {
            try await Task.sleep(for: pause)
            let jobs = try await client.read(.jobs(system.name, name: name), FirecRESTJob.list)
            if let job = jobs.last(where: { $0.name == name }) { return job.id }
        }
        return nil
    }

    /// The job, or nil while the server does not know it: for up to half a minute after its submission, and when
    /// accounting has forgotten it.
    func job(_ id: String) async throws -> FirecRESTJob? {
        try await client.readIfPresent(.job(system.name, id: id), FirecRESTJob.list)?.first { $0.id == id }
    }

    /// Cancels a job; one that is over already, or that SLURM has forgotten since, is success.
    @discardableResult func cancel(_ id: String) async throws -> Cancellation {
        do {
            try await client.send(.cancel(system.name, id: id))
            return .asked
        } catch FirecRESTError.slurmRefused(let sentence) where sentence.contains("already completing or completed") {
            return .wasOver
        } catch FirecRESTError.slurmRefused(let sentence) where sentence.contains("Invalid job id specified") {
            return .notKnown
        }
    }
}
