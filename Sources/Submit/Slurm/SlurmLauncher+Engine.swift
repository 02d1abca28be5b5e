// The container engine of a cluster whose srun is here too.

extension SlurmLauncher {
    /// Nil where there is no srun on this machine to ask.
    package func containerEngine() async -> ContainerEngine? {
        guard let answer = try? await run("srun", ["--help"]), answer.exitCode == 0 else { return nil }
        // Old ones print it on stderr.
        return ContainerEngine(help: answer.output + answer.errors)
    }
}
