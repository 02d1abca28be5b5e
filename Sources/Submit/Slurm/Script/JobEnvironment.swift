// What of an environment reaches a load test's job, and through it the container, whose environment is the step's. A login
// shell's LD_LIBRARY_PATH kept the generator from starting, its PROMPT_SEED beat the option: so nothing of it comes along
// but what the system, SLURM and the container engine themselves need. What shapes a run is in its files.

package enum JobEnvironment {
    /// Of sbatch's environment. A list, not `NONE`, which has SLURM start a login shell on the node for its variables; SLURM's
    /// own are always there. Where the engine keeps its files: enroot has no other place for them than these variables.
    static let exported = [
        "HOME", "PATH", "USER", "LOGNAME", "SHELL", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
        "ENROOT_CONFIG_PATH", "ENROOT_CACHE_PATH", "ENROOT_DATA_PATH", "ENROOT_RUNTIME_PATH", "ENROOT_TEMP_PATH",
    ]

    /// Shell that forgets what a login shell has exported under the name of a command: `srun`, say.
    package static let withoutFunctions = #"while read -r name; do unset -f -- "$name"; done < <(compgen -A function)"#

    /// Shell for the top of a batch script: FirecREST has sbatch export everything, and a site's prolog adds its own. Options
    /// of srun that stand in variables are gone too. A variable that bash keeps for itself can only be kept from others.
    static let cleaning = """
        # Nothing of a login shell shapes the run: neither its functions nor its variables, but those of the system, of SLURM and
        # of the container engine.
        \(withoutFunctions)
        for name in $(compgen -e); do
            case $name in
            SLURM_CPU_BIND* | SLURM_MEM_BIND* | SLURM_EXPORT_ENV | SLURM_STDOUTMODE | SLURM_STDERRMODE | SLURM_TIMELIMIT) unset "$name" ;;
            HOME | PATH | PWD | USER | LOGNAME | SHELL | SHLVL | TMPDIR | XDG_* | ENROOT_* | SLURM* | _SLURM* | SPANK_*) ;;
            *) unset "$name" 2>/dev/null || export -n "${name?}" ;;
            esac
        done
        """
}
