// The scheduler behind the fake: closures, so that a test can play one or put a real SLURM there.

import Synchronization

/// A job as FirecREST shows it.
package struct FakeJob: Sendable {
    package var id: String
    package var name: String
    package var state: String
    package var exitCode: Int?
    package var signal = 0
    package var reason: String?
    /// Seconds since 1970.
    package var end: Int?
    /// Seconds.
    package var limit = 7200
    package var steps: [Step] = []

    /// As accounting has it: `7.0`, its exit code and signal, seconds since 1970.
    package struct Step: Sendable {
        package var id: String
        package var state: String
        package var exitCode = 0
        package var signal = 0
        package var end: Int?

        package init(id: String, state: String, exitCode: Int = 0, signal: Int = 0, end: Int? = nil) {
            self.id = id
            self.state = state
            self.exitCode = exitCode
            self.signal = signal
            self.end = end
        }
    }

    package init(id: String, name: String, state: String, exitCode: Int? = nil, reason: String? = nil) {
        self.id = id
        self.name = name
        self.state = state
        self.exitCode = exitCode
        self.reason = reason
    }
}

/// What the commands say: a result, or the text of their stderr.
package struct CommandRefusal: Error {
    package var stderr: String
    package init(_ stderr: String) { self.stderr = stderr }
}

package struct FakeCompute: Sendable {
    package var submit: @Sendable (_ script: String, _ workingDirectory: String, _ account: String?) throws -> String
    package var jobs: @Sendable () -> [FakeJob]
    package var cancel: @Sendable (_ id: String) throws -> Void

    package init(
        submit: @escaping @Sendable (String, String, String?) throws -> String,
        jobs: @escaping @Sendable () -> [FakeJob], cancel: @escaping @Sendable (String) throws -> Void
    ) {
        self.submit = submit
        self.jobs = jobs
        self.cancel = cancel
    }
}

/// A scheduler that runs nothing: jobs are what the test says they are.
package final class PlayedScheduler: Sendable {
    private let state = Mutex<[FakeJob]>([])
    package init() {}

    package var jobs: [FakeJob] { state.withLock { $0 } }

    package func set(_ id: String, _ newState: String, exitCode: Int? = nil, end: Int? = nil, limit: Int = 7200, steps: [FakeJob.Step] = [])
    {
        state.withLock { jobs in
            guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
            jobs[index].state = newState
            jobs[index].exitCode = exitCode
            jobs[index].end = end
            jobs[index].limit = limit
            jobs[index].steps = steps
        }
    }

    package var compute: FakeCompute {
        FakeCompute(
            submit: { script, _, _ in
                guard script.hasPrefix("#!") else {
                    throw CommandRefusal("sbatch: error: This does not look like a batch script.")
                }
                func option(_ name: String) -> String? {
                    script.split(separator: "\n").first { $0.hasPrefix("#SBATCH --\(name)=") }
                        .map { String($0.drop { $0 != "=" }.dropFirst()) }
                }
                if let reservation = option("reservation") {
                    throw CommandRefusal(
                        "sbatch: error: Batch job submission failed: Requested reservation is invalid (\(reservation))\n")
                }
                return self.state.withLock { jobs in
                    let id = "\(100 + jobs.count)"
                    jobs.append(FakeJob(id: id, name: option("job-name") ?? "script", state: "PENDING", reason: "Priority"))
                    return id
                }
            }, jobs: { self.jobs },
            cancel: { id in
                guard let job = self.jobs.first(where: { $0.id == id }) else {
                    throw CommandRefusal("scancel: error: Kill job error on job id \(id): Invalid job id specified\n")
                }
                guard ["PENDING", "RUNNING"].contains(job.state) else {
                    throw CommandRefusal(
                        "scancel: error: Kill job error on job id \(id): Job/step already completing or completed\n")
                }
                self.set(id, "CANCELLED by 1000")
            })
    }
}
