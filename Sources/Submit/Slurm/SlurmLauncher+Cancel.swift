// Questions to a controller that may be away, a job found by its name, and a job that is told to end.

import Base

extension SlurmLauncher {
    /// A question, or what is harmless twice, asked again while the controller does not answer.
    func patiently(_ command: String, _ arguments: [String]) async throws(LauncherError) -> ExternalProgram.Answer {
        var patience = Patience(limit: limits.patience)
        let start = ContinuousClock.now
        while true {
            let answer = try await run(command, arguments)
            guard answer.exitCode != 0, Self.isSilent(answer),
                case .again(let pause, let isWorthSaying) = patience.failed(at: ContinuousClock.now - start)
            else { return answer }
            if isWorthSaying { notice?("\(command): \(answer.reason); trying again") }
            do { try await Task.sleep(for: pause) } catch { throw .unreachable("\(command): \(answer.reason)") }
        }
    }

    private static func isSilent(_ answer: ExternalProgram.Answer) -> Bool {
        if case .refused = SlurmComplaint(answer.errors, sentence: "") { false } else { true }
    }

    /// The queue has it until some minutes after its end, accounting for weeks.
    package func job(named name: String) async throws(LauncherError) -> JobID? {
        let queue = try await checked("squeue", ["-h", "-u", LoginUser.name, "--states=all", "--name", name, "-o", "%i"])
        if let id = SlurmAnswer.submitted(queue) { return id }
        // Where accounting is off nothing more is known.
        let accounted = try? await checked("sacct", ["-n", "-X", "-P", "--starttime=now-30days", "--name", name, "-o", "JobID"])
        return accounted.flatMap { SlurmAnswer.submitted($0) }
    }

    /// scancel says nothing about a job that has ended.
    @discardableResult package func cancel(_ job: JobID) async throws(LauncherError) -> Cancellation {
        let before = try? await state(of: job)
        _ = try await checked("scancel", [job.description])
        return switch before {
        case .ended(let end)?: end == .forgotten ? .notKnown : .wasOver
        case .unknown?: .notKnown
        default: .asked
        }
    }
}
