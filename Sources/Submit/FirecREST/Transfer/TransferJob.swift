// The job on the cluster that moves data between its file system and the object store.

extension FirecRESTCluster {
    /// Starts a transfer. What may have queued a job is not sent again; what was surely not carried out is.
    func start(_ call: FirecRESTCall) async throws -> FirecRESTTransfer {
        var outage = Patience()
        while true {
            do {
                return try await client.read(call, FirecRESTTransfer.init)
            } catch let error as FirecRESTError {
                guard case .unknownOutcome(_, let reason, true) = error,
                    case .again(let pause, let isWorthSaying) = outage.failed(at: await client.now())
                else { throw error }
                if isWorthSaying { await client.tell("FirecREST answers \(reason) (\(call.shown)); trying again") }
                try await client.pause(pause)
            }
        }
    }

    /// Waits until a transfer job has ended well, and says what it waits for.
    func waitForTransfer(_ id: String, of path: String) async throws {
        let start = await client.now()
        var shown = ""
        var saidAt = start
        var silence = Patience()
        while true {
            let now = await client.now()
            let age = now - start
            var pause = pace.transferPoll
            do {
                let job = try await job(id)
                _ = silence.answered()
                if let job, job.accounted.isOver {
                    guard job.state == "COMPLETED" else {
                        throw FirecRESTError.damaged(path: path, reason: "transfer job \(id) ended as \(job.state)")
                    }
                    return
                }
                if job == nil, age >= pace.unknownJob {
                    throw FirecRESTError.damaged(path: path, reason: "transfer job \(id) is not known to SLURM")
                }
                // Most are over in seconds, and those are nobody's business.
                let state = job.map { Self.shown($0) } ?? "not known yet"
                if age >= pace.transferNews, state != shown || now - saidAt >= .seconds(60) {
                    await client.tell("\(path): transfer job \(id) \(state) for \(JobTime.clock(age))")
                    (shown, saidAt) = (state, now)
                }
            } catch let error as FirecRESTError where error.isOutage {
                guard case .again(let after, let isWorthSaying) = silence.failed(at: now) else { throw error }
                if isWorthSaying { await client.tell("\(path): no news of transfer job \(id): \(error)") }
                pause = after
            }
            guard age < pace.transferLimit else {
                _ = try? await cancel(id)
                throw FirecRESTError.damaged(
                    path: path, reason: "transfer job \(id) did not end within \(pace.transferLimit.components.seconds) s")
            }
            try await client.pause(pause)
        }
    }

    private static func shown(_ job: FirecRESTJob) -> String {
        switch job.accounted {
        case .pending(let reason): "pending" + (reason.map { " (\($0))" } ?? "")
        case let state: state.name.lowercased()
        }
    }

    /// Runs `body`, which needs transfer job `id`. Whatever ends it early ends that job too: nobody would take what it
    /// moves, and it waits in the queue at the user's cost.
    func withTransfer<Value: Sendable>(_ id: String, of path: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            let isTold = await TimeLimit.run(Task.isCancelled ? .seconds(1) : .seconds(15)) { _ = try? await cancel(id) }
            if !isTold { await client.tell("\(path): transfer job \(id) may go on: 'scancel \(id)' ends it") }
            throw error
        }
    }
}
