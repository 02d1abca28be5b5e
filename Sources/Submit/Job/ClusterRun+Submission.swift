// Staging and submitting, so that neither a lost answer nor a signal loses a job or leaves a key behind: what is known is
// written down before anything is sent, and what was sent is given a moment to be answered.

/// Why nothing was submitted.
package struct NotSubmitted: Error {
    /// Nil when a signal ended it.
    package var reason: (any Error)?
    /// Files on the cluster that could not be taken back.
    package var left: [String]
}

package enum SubmittedRun: Sendable, Equatable {
    case job(JobRecord)
    /// It may be queued under its name.
    case doubtful(reason: String)
}

extension ClusterRun {
    /// How long a file under way may take to arrive after a signal, an answer to a submission, and taking files back.
    private static let arriving = Duration.milliseconds(600)
    private static let answering = Duration.milliseconds(1300)
    private static let unstaging = Duration.seconds(1)
    /// After an error, a cluster that is in trouble has a little longer to take files back.
    private static let unstagingCalmly = Duration.seconds(15)

    /// Stages the files, writes down what is to be submitted, and submits. Cancellation of the task submits nothing more;
    /// of what was sent already the answer is waited for a moment.
    ///
    /// - Throws: ``NotSubmitted``.
    package func submit(_ job: JobSubmission, staged: StagedJob, record: SubmissionRecord) async throws -> SubmittedRun {
        do {
            try await stage(staged, in: record.runDirectory)
            try Self.writeUnlessCancelled(record)
        } catch {
            throw await takenBack(staged, record, error)
        }
        let launcher = launcher
        let sent = await TimeLimit.finishing(within: Self.answering) { () async -> Result<JobID, LauncherError> in
            do throws(LauncherError) { return .success(try await launcher.submit(job)) } catch { return .failure(error) }
        }
        switch sent.value {
        case .success(let id): return .job(JobRecord(jobID: id, submission: record))
        case .failure(.doubtful(let reason)): return .doubtful(reason: reason)
        case .failure where !sent.isWhole: return .doubtful(reason: "interrupted before the answer came")
        case .failure(let error):
            record.remove()
            throw await takenBack(staged, record, error)
        }
    }

    /// Not inlined: with the encoder's errors in the async function above, Swift 6.3's optimiser crashes while it splits it
    /// ("While splitting coroutine"), which no debug build shows.
    @inline(never)
    private static func writeUnlessCancelled(_ record: SubmissionRecord) throws {
        try Task.checkCancellation()
        try record.write()
    }

    private func stage(_ staged: StagedJob, in directory: String) async throws {
        let launcher = launcher
        let harmless = staged.harmlessFiles
        try await launcher.makeDirectory(directory)
        for file in staged.files {
            try Task.checkCancellation()
            let path = "\(directory)/\(file.name)"
            // The directory is the owner's only once a file has been.
            let mode: FileMode = harmless.contains(file.name) ? .everybodyReads : .ownerOnly
            // What arrives after it was taken back would stay.
            let written = await TimeLimit.finishing(within: Self.arriving) { () async -> LauncherError? in
                do throws(LauncherError) { try await launcher.write(file.bytes, to: path, mode: mode) } catch { return error }
                return nil
            }
            if let error = written.value { throw error }
        }
    }

    /// The key must not stay behind, also when we were told to stop.
    private func takenBack(_ staged: StagedJob, _ record: SubmissionRecord, _ error: any Error) async -> NotSubmitted {
        let isTold = Task.isCancelled
        let launcher = launcher
        let paths = staged.files.map { "\(record.runDirectory)/\($0.name)" }
        let left = Remaining(paths)
        await TimeLimit.run(isTold ? Self.unstaging : Self.unstagingCalmly) {
            for path in paths { if (try? await launcher.remove(path)) != nil { left.remove(path) } }
        }
        return NotSubmitted(reason: isTold ? nil : error, left: left.paths.map { "\($0): not removed, and it may hold a key" })
    }

    /// The number of a job of which only the name is known. Some servers do not list a job for a while.
    ///
    /// - Parameter pauses: before each look.
    /// - Returns: nil when it is not known.
    package func identify(_ record: SubmissionRecord, pauses: [Duration]) async throws -> JobRecord? {
        defer { display.clear() }
        for pause in pauses {
            try await clock.sleep(pause)
            if let id = try await launcher.job(named: record.jobName) { return JobRecord(jobID: id, submission: record) }
            display.line("\(record.jobName): not known to SLURM yet")
            display.live("\(record.jobName): not known to SLURM yet")
        }
        return nil
    }

    /// A minute in all.
    package static let patientLooks: [Duration] = [.zero, .seconds(2), .seconds(5), .seconds(10), .seconds(20), .seconds(23)]
    package static let someLooks: [Duration] = [.zero, .seconds(2), .seconds(5)]
}
