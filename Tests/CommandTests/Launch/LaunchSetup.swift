// A home directory in which the launching commands can show what they would submit: configured, with commands of SLURM
// that only say which partitions there are.

import Foundation
import Testing

struct LaunchSetup {
    let scratch: Scratch
    let environment: [String: String]

    static let frameworkArguments = "--model-path /models/org/m --served-model-name org/m"

    init() async throws {
        scratch = try Scratch()
        try scratch.write(
            "bin/sinfo",
            """
            #!/bin/sh
            case "$*" in
            *'%l|%s'*) printf 'normal*|12:00:00|infinite\\ndebug|30:00|4\\n' ;;
            *) printf 'normal*\\ndebug\\n' ;;
            esac

            """, mode: 0o755)
        environment = [
            "HOME": scratch.path, "PATH": "\(scratch.file("bin")):/usr/bin:/bin", "SML_SWISSAI_RESEARCH_API_KEY": "key-canary",
            "SML_ACCOUNT": "acct",
        ]
        let made = try await sml(["init", "--launcher", "slurm", "--no-input", "--secrets", "environment"])
        try #require(made.code == 0, "\(made.errors)")
    }

    func sml(_ arguments: [String], _ more: [String: String] = [:]) async throws -> (code: Int32, output: String, errors: String) {
        try await Program.run("sml", arguments, in: scratch, environment: environment.merging(more) { $1 })
    }

    /// `#SBATCH --name=…` lines of all scripts in `output`, in order.
    static func header(_ output: String, _ name: String) -> [String] {
        output.split(separator: "\n").filter { $0.hasPrefix("#SBATCH --\(name)=") }.map { String($0.dropFirst("#SBATCH --\(name)=".count)) }
    }
}
