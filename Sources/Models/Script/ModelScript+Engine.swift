// How the model's job asks for its containers. Which engine the site has is asked of srun on the node itself: from a laptop
// nobody else could be, and the script is the same for both.

import Base

extension ModelScript {
    /// Sets `engine` to options of srun, and `entry` to what begins a command in the container.
    var engine: String {
        let environment = launch.environment
        let beyond = environment.keysBeyondPyxis
        let translated =
            beyond.isEmpty
            ? (environment.hookExports
                + [
                    "mounts=\((["\"$job_dir:$job_dir\""] + environment.pyxisMounts).joined(separator: ","))",
                    "engine=(--container-mounts=\"$mounts\" \(environment.pyxisOptions.joined(separator: " ")))",
                    "entry=(\(environment.variablesScript == nil ? "" : "bash \"$job_dir/environment.sh\""))",
                ]).joined(separator: "\n    ")
            : "fail \(ShellWord.quoted("\(environment.name): \(beyond[0]): is CSCS's container engine's; srun has pyxis only here"))"
        return """
            # ---- The container engine: CSCS's reads the environment file; pyxis by itself is told what is in it.
            case $(srun --help 2>&1 || true) in
            *--environment*)
                engine=(--container-mounts="$job_dir:$job_dir" --environment="$job_dir/environment.toml") entry=()
                ;;
            *--container-image*)
                \(translated)
                ;;
            *) fail "srun knows neither --environment nor --container-image: no container engine on $(hostname)" ;;
            esac
            """
    }
}
