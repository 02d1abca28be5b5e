import Foundation
import Submit
import TestSupport
import Testing

@testable import Models

/// What is rendered, and that a shell reads it as it is meant: every part is run with programs that write down their words.
@Suite struct ModelScriptTests {
    static let hostile = [
        "it's", "a \"b\"", "$(touch /tmp/hostile)", "`id`", "$HOME", "a\nb", "\\", "*", "--json={\"a\": [1]}", "ü→\u{1F600}", "", ";exit 1",
        "#x",
        "SML_END", "<<EOF", "%s%n", "{a,b}", "!x", "-", "'\u{301}$(exit 7)", "a\r\nb",
    ]

    private func hostileLaunch(_ framework: Framework, router: Router = .sglang, openTela: OpenTela? = nil) throws -> ModelLaunch {
        try Launches.make(
            framework, servedName: "v'\"$(id)/m`;", environment: "# $(id) '\nimage = '/x/{arch}$(id).sqsh'\nmounts = ['''/a'b''']\n",
            arguments: ["--model", Launches.path] + Self.hostile, replicas: 2, nodesPerReplica: 2, router: router,
            routerArguments: Self.hostile, preLaunchCommands: "export PRE='a b'\ncat <<'SML_END'\nx\nSML_END", openTela: openTela)
    }

    @Test func theHeaderIsSMLs() throws {
        let script = try Launches.make(replicas: 2, nodesPerReplica: 3, reservation: "r").script()
        let header = script.split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }.map { $0.dropFirst("#SBATCH ".count) }
        #expect(
            header.dropFirst() == [
                "--account=a", "--time=03:00:00", "--exclusive", "--nodes=6", "--partition=p", "--reservation=r",
                "--output=logs/%j/log.out",
                "--error=logs/%j/log.err", "--no-requeue",
            ])
        #expect(header.first?.hasPrefix("--job-name=sml_model_model_") == true)
    }

    /// To Swift a line feed after a carriage return is no line's end; to bash it is.
    @Test func noLineOfAPartEndsIt() throws {
        let script = try Launches.make(preLaunchCommands: "true\r\nSML_END\ntrue\n").script()
        #expect(script.contains("pre_launch.sh\" <<'SML_END_'"))
    }

    @Test func partsAreThereWhenTheyAreNeeded() throws {
        func names(_ launch: ModelLaunch) -> [String] { launch.files().map(\.name) }
        #expect(try names(Launches.make()) == ["master.sh", "environment.toml", "health.sh", "head.sh"])
        #expect(
            try names(Launches.make(replicas: 2, nodesPerReplica: 2, router: .sglang, preLaunchCommands: "true"))
                == ["master.sh", "environment.toml", "health.sh", "head.sh", "pre_launch.sh", "follower.sh", "router.sh"])
        let launch = try Launches.make(replicas: 2)
        #expect(launch.files()[0].text == launch.script())
        #expect(launch.script().contains("--container-writable"))
        #expect(try !Launches.make(environment: "image = \"x\"\nwritable = false").script().contains("container=(--container-writable)"))
    }

    @Test(arguments: Framework.allCases, [true, false]) func shellcheckFindsNothing(_ framework: Framework, isKnown: Bool) throws {
        let scratch = try ScratchDirectory()
        for launch in [
            try hostileLaunch(framework, openTela: isKnown ? OpenTela() : nil),
            try Launches.make(framework, openTela: isKnown ? OpenTela() : nil),
        ] {
            for file in launch.files() where file.name.hasSuffix(".sh") && file.name != "pre_launch.sh" {
                try scratch.write(file.name, file.text)
                let found = try scratch.run(["shellcheck", "-x", file.name])
                #expect(found.code == 0, "\(String(decoding: found.output, as: UTF8.self))")
            }
        }
    }

    private func write(programs scratch: ScratchDirectory) throws {
        let note = "#!/bin/bash\nprintf '%s\\0' \"$PRE\" \"${0##*/}\" \"$@\" >>\"$NOTES/$SLURM_STEP_NAME\"\n"
        // What would run in a container runs here. The router, last to start, ends when all others have done so.
        try scratch.write(
            "srun",
            """
            #!/bin/bash
            [ "$1" != --help ] || { echo "      --${ENGINE:-environment}="; exit; }
            for word; do case $word in --nodelist=*) node=${word#*=} ;; --output=*) output=${word#*=} ;; esac; done
            options=''
            while [[ $1 == --* ]]; do options+="$1 "; shift; done
            echo "$options$1 ${2##*/}" >>"$NOTES/srun"
            [ "$1" != hostname ] || { echo "fe80::1 10.0.0.${node#n} 10.1.0.1"; exit; }
            export SLURM_STEP_NAME
            SLURM_STEP_NAME=$(basename "$output" .out)
            "$@" >"$output" 2>&1
            : >"$NOTES/done-$SLURM_STEP_NAME"
            if [ "$SLURM_STEP_NAME" = router ]; then
                until [ "$(ls "$NOTES"/done-replica_* | wc -l)" = 4 ]; do sleep 0.1; done
                exit 3
            fi
            exec sleep "${LINGER:-60}"
            """, mode: 0o755)
        if !FileManager.default.fileExists(atPath: scratch.file("scontrol")) {
            try scratch.write("scontrol", "#!/bin/bash\nprintf 'n%d\\n' 1 2 3 4\n", mode: 0o755)
        }
        try scratch.write("curl", "#!/bin/bash\nprintf 200\n", mode: 0o755)
        // One question to Ray is asked through it.
        try scratch.write(
            "python3", note.replacing("#!/bin/bash\n", with: "#!/bin/bash\n[ \"$1\" != -c ] || { echo 2; exit; }\n"), mode: 0o755)
        try scratch.write("vllm", note, mode: 0o755)
        // Rank 0 ends with its Ray, so that lives until vLLM has been started, however late that is.
        try scratch.write(
            "ray",
            note
                + "case $* in *--head*) for _ in {1..400}; do grep -qa serve \"$NOTES/$SLURM_STEP_NAME\" && break; /bin/sleep 0.1; done ;; esac\n",
            mode: 0o755)
        // One that outlives its shell keeps descriptors of this process open, which waits for them.
        try scratch.write("sleep", "#!/bin/bash\n[ \"$1\" != 30 ] || set -- 1\nexec /bin/sleep \"$1\"\n", mode: 0o755)
        try scratch.write("notes/begun", "")
    }

    private func run(
        environment: String, engine: String, in scratch: ScratchDirectory
    ) throws -> (code: Int32, output: String) {
        try write(programs: scratch)
        let script = try scratch.write("master.sh", try Launches.make(environment: environment).script())
        let ended = try scratch.run(
            ["timeout", "--signal=KILL", "50", "bash", script],
            environment: [
                "HOME": scratch.path, "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n1", "NOTES": "\(scratch.path)/notes", "USER": "ada",
                "STORE": "/store it's", "ENGINE": engine, "LINGER": "0",
            ])
        return (ended.code, String(decoding: ended.output, as: UTF8.self))
    }

    /// A site that has pyxis and nothing of CSCS's.
    @Test func whereThereIsOnlyPyxisItsOptionsSayTheSame() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("scontrol", "#!/bin/bash\necho n1\n", mode: 0o755)
        let environment = """
            image = "$STORE/x-{arch}.sqsh"
            mounts = ["/a b", "/c:/d:ro", "${STORE}/x:/y"]
            workdir = "/w"
            writable = false
            entrypoint = false
            [env]
            PRE = "it's $(id) ${STORE}"
            NVIDIA_VISIBLE_DEVICES = "all"
            [annotations]
            com.hooks.cxi.enabled = "false"
            """
        try scratch.write("notes/begun", "")
        let ended = try run(environment: environment, engine: "container-image", in: scratch)
        // A server that stops by itself is no success.
        #expect(ended.code == 1 && ended.output.contains("replica_0 ended with status 0"), "\(ended.output)")
        #if arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "amd64"
        #endif
        let job = "\(scratch.path)/.sml/job-7"
        let steps = try String(contentsOfFile: scratch.file("notes/srun"), encoding: .utf8).split(separator: "\n")
        #expect(
            try #require(steps.last).contains(
                " --container-mounts=\(job):\(job),/a b:/a b,/c:/d:ro,/store it's/x:/y"
                    + " --container-image=/store it's/x-\(architecture).sqsh"
                    + " --container-workdir=/w --container-readonly"
                    + " --no-container-entrypoint --container-env=NVIDIA_VISIBLE_DEVICES --output="), "\(steps)")
        // The variables are set in the container, as they are written.
        let words = try String(contentsOfFile: scratch.file("notes/replica_0"), encoding: .utf8).split(
            separator: "\0", omittingEmptySubsequences: false)
        #expect(words.first == "it's $(id) /store it's", "\(words)")
    }

    @Test func whatPyxisCannotDoIsNamed() throws {
        let environment = "base_environment = 'b'\nimage = 'r.org/i:1'\n[annotations]\ncom.hooks.cxi.enabled = 'true'\n"
        let file = try EnvironmentFile(text: environment, name: "e.toml")
        #expect(file.keysBeyondPyxis == ["base_environment", "annotations.com.hooks.cxi.enabled"])
        #expect(refusal { try file.checkPyxis() }.hasPrefix("e.toml: base_environment: is CSCS's container engine's"))
        #expect(file.pyxisOptions.first == "--container-image='r.org#i:1'")
        for (engine, words) in [
            ("container-image", "sml: e.toml: base_environment: is CSCS's container engine's"),
            ("no", "sml: srun knows neither --environment nor"),
        ] {
            let scratch = try ScratchDirectory()
            try scratch.write("scontrol", "#!/bin/bash\necho n1\n", mode: 0o755)
            let ended = try run(environment: environment, engine: engine, in: scratch)
            #expect(ended.code == 1 && ended.output.contains(words), "\(ended.output)")
        }
    }

    /// Runs the batch script with programs in place of SLURM's, which write down what they are started with.
    @Test(arguments: Framework.allCases) func valuesArriveAsTheyAre(_ framework: Framework) throws {
        let scratch = try ScratchDirectory()
        let launch = try hostileLaunch(framework, openTela: OpenTela())
        try write(programs: scratch)
        // Nothing listens where Ray would.
        let script = try scratch.write("master.sh", launch.script().replacing("/dev/tcp/$address/6379", with: "/dev/null"))
        let ended = try scratch.run(
            ["timeout", "--signal=KILL", "50", "bash", script],
            environment: [
                "HOME": scratch.path, "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n[1-4]", "NOTES": "\(scratch.path)/notes", "USER": "ada",
                "SLURM_JOB_PARTITION": "p",
            ])
        #expect(ended.code == 3, "\(String(decoding: ended.output, as: UTF8.self))")

        func words(_ name: String) throws -> [String] {
            let data = try #require(FileManager.default.contents(atPath: "\(scratch.path)/notes/\(name)"), "\(name)")
            return data.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        }
        let served = ["--served-model-name", "ada/v'\"$(id)/m`;", "--host", "0.0.0.0", "--port", "8080"]
        for (replica, address) in [(0, "10.0.0.1"), (1, "10.0.0.3")] {
            switch framework {
            case .sglang:
                func all(_ rank: String) -> [String] {
                    ["a b", "python3", "-m", "sglang.launch_server", "--model-path", Launches.path] + served
                        + ["--dist-init-addr", "\(address):5757", "--nnodes", "2", "--node-rank", rank] + Self.hostile
                }
                #expect(try words("replica_\(replica)") == all("0"))
                #expect(try words("replica_\(replica)_node1") == all("1"))
            case .vllm:
                #expect(try words("replica_\(replica)_node1") == ["a b", "ray", "start", "--address=\(address):6379", "--block"])
                // Beside it Ray's head writes down what it is started with, before or after.
                let serve = ["vllm", "serve", Launches.path] + served + ["--distributed-executor-backend", "ray"] + Self.hostile
                #expect(try words("replica_\(replica)").contains(serve))
            }
        }
        #expect(
            try words("router") == [
                "", "python3", "-m", "sglang_router.launch_router", "--host", "0.0.0.0", "--port", "30000", "--worker-urls",
                "http://10.0.0.1:8080", "http://10.0.0.3:8080",
            ] + Self.hostile)
        let steps = try String(contentsOfFile: "\(scratch.path)/notes/srun", encoding: .utf8).split(separator: "\n")
        #expect(steps.count == 7 && steps.filter { $0.hasSuffix("hostname -i") }.count == 2)
        #expect(
            steps.filter { $0.hasSuffix("bash head.sh") }.map { $0.contains("--nodelist=n1 ") || $0.contains("--nodelist=n3 ") } == [
                true, true,
            ])
        #expect(
            steps.filter { $0.hasSuffix("bash follower.sh") }.map { $0.contains("--nodelist=n2 ") || $0.contains("--nodelist=n4 ") } == [
                true, true,
            ])
        #expect(steps.filter { $0.contains("--overlap") && $0.contains("--nodelist=n1 ") && $0.hasSuffix("bash router.sh") }.count == 1)

        let logs = "\(scratch.path)/logs/7"
        #expect(try String(contentsOfFile: "\(logs)/endpoint", encoding: .utf8) == "http://10.0.0.1:30000\n")
        let report = try #require(
            FileManager.default.contents(atPath: "\(logs)/replica_health.json").flatMap { ReplicaHealthReport(json: Array($0)) })
        #expect(report.isHealthy && report.replicas.map(\.nodeHost) == ["n1", "n3"] && report.replicas.map(\.nodeRank) == [0, 2])
        // Nothing stays, and nothing hostile ran.
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/.sml/job-7"))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/hostile"))
        #expect(String(decoding: ended.output, as: UTF8.self).contains("router ended with status 3"))
    }
}
