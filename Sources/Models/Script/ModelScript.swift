// The batch script of a model's job and its parts. It is one script, because one is what can be submitted, from a laptop
// too: the parts lie in it and are written to a directory of the job when it starts. Values are words of the shell,
// never text for it to read; only the pre-launch commands are, and they are a file of their own.

import Base
import Scenarios
import Submit

struct ModelScript {
    let launch: ModelLaunch

    /// Of the batch script, which writes them, in this order.
    var parts: [(name: String, text: String)] {
        var parts = [("environment.toml", launch.environment.text), ("health.sh", Self.health), ("head.sh", head)]
        if let text = launch.environment.variablesScript { parts.append(("environment.sh", text)) }
        if !launch.preLaunchCommands.isEmpty { parts.append(("pre_launch.sh", launch.preLaunchCommands)) }
        if launch.topology.nodesPerReplica > 1 { parts.append(("follower.sh", follower)) }
        if launch.hasRouter { parts.append(("router.sh", router)) }
        return parts
    }

    /// Quoted values are meant literally, whatever they look like; `{arch}` and globs in them too.
    static let checks = "# shellcheck disable=SC2016,SC1003,SC1112"

    var master: String {
        let topology = launch.topology
        return """
            #!/bin/bash
            \(header.map { "#SBATCH \($0)" }.joined(separator: "\n"))
            # A trap's function is called from nowhere else.
            \(Self.checks),SC2317
            set -euo pipefail
            \(JobEnvironment.withoutFunctions)
            unset SLURM_CPU_BIND SLURM_CPU_BIND_LIST SLURM_CPU_BIND_TYPE SLURM_CPU_BIND_VERBOSE

            replicas=\(topology.replicas) nodes_per_replica=\(topology.nodesPerReplica) port=\(launch.port)
            image=\(ShellWord.quoted(launch.environment.image ?? ""))
            router_port=\(launch.hasRouter ? "\(ModelLaunch.routerPort)" : "''")
            container=(\(launch.environment.isWritable == false ? "" : "--container-writable"))

            \(Self.begin)

            # ---- The parts of this job.
            \(parts.map(Self.written).joined(separator: "\n"))

            \(Self.body)

            \(engine)
            \(Self.servers)

            """
    }

    /// SML's lines in SML's order. A server that lost its node is not begun again behind the user's back.
    private var header: [String] {
        [
            "--job-name=\(launch.jobName)", "--account=\(launch.account)", "--time=\(launch.time)", "--exclusive",
            "--nodes=\(launch.topology.nodes)", "--partition=\(launch.partition)",
        ] + (launch.reservation.map { ["--reservation=\($0)"] } ?? []) + [
            "--output=logs/%j/log.out", "--error=logs/%j/log.err", "--no-requeue",
        ]
    }

    /// A here-document that ends in no line of `text`.
    private static func written(name: String, text: String) -> String {
        var end = "SML_END"
        // By bytes, as bash: to Swift a line feed after a carriage return ends no line.
        let lines = Set(text.utf8.split(separator: UInt8(ascii: "\n")).map { Substring($0) })
        while lines.contains(Substring(end)) { end += "_" }
        return "cat >\"$job_dir/\(name)\" <<'\(end)'\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(end)"
    }
}
