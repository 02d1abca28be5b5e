// The script of a job, by either way to a SLURM cluster: its own commands, and FirecREST, which hands a script to sbatch.

extension SlurmLauncher {
    package func script(of job: LoadJob) throws -> String { try JobScript(job).render() }
}

extension FirecRESTLauncher {
    package func script(of job: LoadJob) throws -> String { try JobScript(job).render() }
}

extension JobScript {
    /// - Throws: ``SubmitError/usage(_:)`` for a value that SLURM's header or a mount cannot hold.
    init(_ job: LoadJob) throws {
        try self.init(
            name: job.name, account: job.account, partition: job.partition, reservation: job.reservation, time: job.time,
            nodes: job.nodes, runLabel: job.runLabel, image: job.image, promptsFile: job.promptsFile, directory: job.directory)
        testRequest = job.testRequest
        serverWait = job.serverWait
        requireValid = job.requireValid
        realtime = job.realtime
        repeats = job.repeats
        isCapacity = job.isCapacity
    }
}
