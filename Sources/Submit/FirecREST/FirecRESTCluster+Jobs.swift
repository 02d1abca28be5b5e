// Submitting exactly once, looking, cancelling.

extension FirecRESTCluster {
    /// Submits `script` and returns the job's id. Safe against lost answers: before anything is sent again, the job is
    /// looked up by `name`.
    ///
    /// - Parameters:
    ///   - name: the script's `--job-name`; nobody else's job may have it.
    ///   - account: nil for the user's default.
    /// - Throws: ``FirecRESTError/slurmRefused(_:)`` at once with sbatch's own sentence.
    func submit(script: String, name: String, workingDirectory: String, account: String? = nil) async throws -> String {
        let call = FirecRESTCall.submit(
            system.name, script: script, workingDirectory: workingDirectory, account: account ?? self.account)
        var lost: FirecRESTError?
        for _ in 0..<3 {
            do {
                return try await client.read(call, FirecRESTJob.submitted)
            } catch let error as FirecRESTError {
                guard case .unknownOutcome = error else { throw error }
                lost = error
                if let id = try await find(name) { return id }
            }
        }
        throw lost ?? FirecRESTError.unexpected(call: call.shown, reason: "no answer")
    }

    private func find(_ name: String) async throws -> String? {
        for pause in pace.lookups {
            try await Task.sleep(for: pause)
            let jobs = try await client.read(.jobs(system.name, name: name), FirecRESTJob.list)
            if let job = jobs.first(where: { $0.name == name }) { return job.id }
        }
        return nil
    }

    /// The job, or nil while the server does not know it: for up to half a minute after its submission, and when
    /// accounting has forgotten it.
    func job(_ id: String) async throws -> FirecRESTJob? {
        try await client.readIfPresent(.job(system.name, id: id), FirecRESTJob.list)?.first { $0.id == id }
    }

    enum Cancellation: Sendable, Equatable {
        case asked, wasOver
    }

    /// Cancels a job; one that is over already is success.
    @discardableResult func cancel(_ id: String) async throws -> Cancellation {
        do {
            try await client.send(.cancel(system.name, id: id))
            return .asked
        } catch FirecRESTError.slurmRefused(let sentence) where sentence.contains("already completing or completed") {
            return .wasOver
        }
    }
}
