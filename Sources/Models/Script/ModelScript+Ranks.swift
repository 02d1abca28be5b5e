// The parts that run in the container: on a replica's first node, on its others, and the router.

import Base
import Submit

extension ModelScript {
    /// Where a replica's nodes meet.
    static let meetingPort = 5757
    static let rayPort = 6379

    var head: String {
        """
        #!/bin/bash
        # head.sh ADDRESS ARCHITECTURE: a replica's first node. ADDRESS is this node's, as the others see it.
        \(Self.checks),SC2034
        set -e
        address=$1 architecture=$2

        \(setUp)\(launch.framework == .vllm && isDistributed ? Self.rayHead(nodes: launch.topology.nodesPerReplica) : "")serve=(\(serve(rank: "0")))
        \(launch.hasRouter ? "" : known(port: launch.port))exec "${serve[@]}"

        """
    }

    var follower: String {
        let join =
            switch launch.framework {
            case .sglang: "exec \(serve(rank: "\"$rank\""))"
            case .vllm: Self.rayFollower
            }
        return """
            #!/bin/bash
            # follower.sh RANK ADDRESS: one of a replica's other nodes. ADDRESS is the first one's.
            \(Self.checks),SC2034
            set -e
            rank=$1 address=$2

            \(setUp)\(join)

            """
    }

    var router: String {
        """
        #!/bin/bash
        # router.sh ARCHITECTURE URL…: spreads requests over the replicas, which are healthy by now.
        \(Self.checks),SC2034
        set -e
        architecture=$1
        shift
        # Between servers of one job no proxy helps, and the router hangs on one.
        unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
        serve=(python3 -m sglang_router.launch_router --host 0.0.0.0 --port \(ModelLaunch.routerPort) --worker-urls "$@" \(launch.routerArguments.text))
        \(known(port: ModelLaunch.routerPort))exec "${serve[@]}"

        """
    }

    private var isDistributed: Bool { launch.topology.nodesPerReplica > 1 }

    /// What every node does first.
    private var setUp: String {
        let proxies = """
            export no_proxy="0.0.0.0${no_proxy:+,$no_proxy}" NO_PROXY="0.0.0.0${NO_PROXY:+,$NO_PROXY}"

            """
        guard !launch.preLaunchCommands.isEmpty else { return proxies }
        return proxies + """
            echo 'sml: pre-launch commands'
            # shellcheck source=/dev/null
            . "$(dirname "$0")/pre_launch.sh"
            echo 'sml: pre-launch commands done'

            """
    }

    /// The framework's command line.
    private func serve(rank: String) -> String {
        let name = ShellWord.quoted(launch.servedName.description)
        let path = ShellWord.quoted(launch.modelPath)
        let rest = launch.arguments.words.isEmpty ? "" : " \(launch.arguments.text)"
        let listen = "--served-model-name \(name) --host 0.0.0.0 --port \(launch.port)"
        switch launch.framework {
        case .sglang:
            let nodes = "--dist-init-addr \"$address:\(Self.meetingPort)\" --nnodes \(launch.topology.nodesPerReplica) --node-rank \(rank)"
            return "\(launch.framework.command) --model-path \(path) \(listen)\(isDistributed ? " \(nodes)" : "")\(rest)"
        case .vllm:
            return "\(launch.framework.command) \(path) \(listen)\(isDistributed ? " --distributed-executor-backend ray" : "")\(rest)"
        }
    }

    /// Has OpenTela start the server, where the environment brings it. The command goes to a file of mode 0600 in /tmp, which
    /// the container always has and every node has for itself; the job's directory is the same for all of them.
    private func known(port: Int) -> String {
        guard let openTela = launch.openTela else { return "" }
        return """
            opentela=\(openTela.program)$architecture
            if [ -x "$opentela" ]; then
                # It splits a command's text itself, so it gets one without anything to split.
                script=$(mktemp /tmp/sml-serve.XXXXXX)
                printf '%q ' exec "${serve[@]}" >"$script"
                exec "$opentela" start --bootstrap.addr \(ShellWord.quoted(openTela.bootstrapAddress)) --service.name llm --service.port \(port) \\
                    --label launched_by="$USER" --label slurm_job_id="$SLURM_JOB_ID" --label worker_group_id="$SLURM_JOB_ID" \\
                    --label slurm_partition="$SLURM_JOB_PARTITION" --label started_at="$(date -u +%FT%TZ)" \\
                    --label expires_at="$(date -u -d "@$(($(date +%s) + \(launch.time.duration.components.seconds)))" +%FT%TZ)" \\
                    --label framework=\(launch.framework) --label served_model_name=\(ShellWord.quoted(launch.servedName.description)) \\
                    --subprocess "bash $script"
            fi
            echo "sml: no $opentela in the container: not known to OpenTela"

            """
    }

    /// vLLM counts its accelerators when it starts and gives up when some are missing, so the others must have come.
    private static func rayHead(nodes: Int) -> String {
        """
        ray start --head --port=\(rayPort) --block &
        ray=$!
        count='import ray; ray.init(address="auto", logging_level="ERROR"); print(sum(node["Alive"] for node in ray.nodes()))'
        until [ "$(python3 -c "$count" 2>/dev/null | tail -n 1)" = \(nodes) ]; do
            kill -0 "$ray" || exit 1
            sleep 2
        done

        """
    }

    /// Containers of one replica do not start at the same moment.
    private static let rayFollower = """
        until (exec 3<>"/dev/tcp/$address/\(rayPort)") 2>/dev/null; do sleep 2; done
        exec ray start --address="$address:\(rayPort)" --block
        """
}
