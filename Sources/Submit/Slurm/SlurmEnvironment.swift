// The environment SLURM's commands are started with. Each of them reads dozens of variables that stand for options, and a
// login shell may have any of them: SQUEUE_STATES=RUNNING made a job that waited look gone, SBATCH_PARTITION beat the
// script's header. So all of them are taken out but those that say how to reach SLURM, and those of sbatch that say what a
// site demands of every job and for which there is no option here.

enum SlurmEnvironment {
    /// What stands for options of SLURM's commands; `_SLURM_SPANK_OPTION_…` is how an allocation hands on options of its
    /// container engine.
    private static let prefixes = [
        "SLURM_", "SBATCH_", "SRUN_", "SALLOC_", "SQUEUE_", "SACCT_", "SINFO_", "SCANCEL_", "SCONTROL_", "_SLURM_",
    ]

    /// Where SLURM is, and who we are to it.
    static let connections: Set = ["SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_SACK_JWKS", "SLURM_SACK_KEY"]

    /// What some sites ask of every job, said by the user once for all of them. None of it is among our options.
    static let siteDemands: Set = [
        "SBATCH_CONSTRAINT", "SBATCH_EXCLUSIVE", "SBATCH_GRES", "SBATCH_MEM_PER_CPU", "SBATCH_MEM_PER_NODE", "SBATCH_NETWORK",
        "SBATCH_QOS", "SBATCH_WCKEY",
    ]

    /// `variables` without what would decide in our place.
    static func neutral(_ variables: [String: String]) -> [String: String] {
        variables.filter { name, _ in
            connections.contains(name) || siteDemands.contains(name) || !prefixes.contains { name.hasPrefix($0) }
        }
    }
}

/// The options in a batch script's header. sbatch's variables outrank the header and its command line outranks both, so
/// they are given there too.
enum ScriptHeader {
    /// In the order of the script's `#SBATCH` lines, which are at its top. Ours hold one option each, without blanks.
    static func options(of script: String) -> [String] {
        script.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().prefix { $0.hasPrefix("#SBATCH ") }
            .map { String($0.dropFirst("#SBATCH ".count)) }
    }
}
