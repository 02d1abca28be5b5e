// The script of a job, by either way to a SLURM cluster: its own commands, and FirecREST, which hands a script to sbatch.

extension SlurmLauncher {
    package func script(of job: LoadJob) throws -> String { try JobScript(job).render() }
}

extension FirecRESTLauncher {
    package func script(of job: LoadJob) throws -> String { try JobScript(job).render() }
}
