// The three command lines that SML's documentation prints, in a shell, as they are written there; only names of another
// cluster (partition, server, corpus) are the test cluster's. What the lines leave out has defaults of that other
// cluster, so variables, files of the user and a gateway stand for them.

import Foundation
import TestSupport
import Testing

extension ModelJobTests {
    @Suite struct DocumentedCommandTests {
        private static let registry = "/capstor/store/cscs/swissai/infra01/hf_models/models"
        private static let model = "swiss-ai/Apertus-8B-Instruct-2509"

        /// Whoever asks it reaches the model, whichever node that is on.
        private final class Gateway {
            let url: String
            private let port: ReservedPort
            private let nginx: Program

            init(_ bed: SlurmBed, in scratch: Scratch) async throws {
                port = try ReservedPort()
                let port = port.number
                url = "http://\(bed.address):\(port)"
                let nodes = (1...bed.nodeNames.count).map { "server \(bed.address.dropLast(1))1\($0):8080 max_fails=0;" }.joined(
                    separator: " ")
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map { "\($0)_temp_path \(scratch.file("tmp_\($0)"));" }.joined(separator: " ")
                let file = try scratch.write(
                    "gateway.conf",
                    """
                    daemon off; master_process off; pid \(scratch.file("gateway.pid")); error_log \(scratch.file("error.log"));
                    events { worker_connections 512; }
                    http { access_log off; \(temporary)
                    upstream nodes { \(nodes) }
                    server { listen \(bed.address):\(port); location = /api/v1/write { return 204; } location / {
                      proxy_pass http://nodes; proxy_next_upstream error timeout non_idempotent; proxy_connect_timeout 2s; } } }

                    """)
                nginx = try Program("/usr/sbin/nginx", ["-c", file, "-p", scratch.path, "-e", scratch.file("error.log")], in: scratch)
            }

            // Not SIGTERM: children inherit the signal mask of the test's worker threads, which block it.
            deinit { nginx.signal(SIGKILL) }
        }

        private let scratch: Scratch
        private let files: LaunchFiles
        private let gateway: Gateway
        private var bed: SlurmBed { files.bed }

        init() async throws {
            scratch = try Scratch()
            files = try await LaunchFiles()
            gateway = try await Gateway(files.bed, in: scratch)
            let home = files.bed.home
            // The user's own short scenarios replace the packaged ones of 15 minutes.
            for name in ["throughput", "open_loop"] {
                try "executor: constant-arrival-rate\nrate: 20\nduration: 3s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n"
                    .write(toFile: "\(home)/scenarios/\(name).yaml", atomically: true, encoding: .utf8)
            }
            // The user's own environment of that name, where the weights are at the documented place.
            let weights = "\(home)/models/\(Self.model)"
            for directory in [weights, "\(home)/.sml/environments"] {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
            try "{}".write(toFile: "\(weights)/config.json", atomically: true, encoding: .utf8)
            let environment = "mounts = [\"\(home)/models:\(Self.registry)\"]\n" + (try await ModelJob.environment())
            try environment.write(toFile: "\(home)/.sml/environments/sglang.toml", atomically: true, encoding: .utf8)
            try """
            export SML_SWISSAI_RESEARCH_API_KEY=sk-documented SML_LOADTEST_SERVER_URL=\(gateway.url)
            export SML_LOADTEST_CONTAINER_IMAGE=\(files.bed.image) SML_LOADTEST_PROMPTS_FILE=\(files.prompts)
            export SML_LOADTEST_METRICS_REMOTE_WRITE_URL=\(gateway.url)/api/v1/write
            \(Self.hostileShell)
            PATH=\(files.bed.directory)/bin:$PATH

            """.write(toFile: "\(home)/setting", atomically: true, encoding: .utf8)
        }

        /// What a login shell may have for somebody's other work: each would decide something that is ours to say. The seed and
        /// the system prompt are about load tests and count where no option says otherwise.
        private static let hostileShell = """
            export SQUEUE_STATES=RUNNING SQUEUE_PARTITION=none SQUEUE_FORMAT=%A SACCT_FORMAT=JobID SACCT_PARTITION=none
            export SINFO_PARTITION=none SINFO_FORMAT=%n SCANCEL_STATE=SUSPENDED SCANCEL_NAME=none SLURM_TIME_FORMAT=relative
            export SBATCH_PARTITION=none SBATCH_TIMELIMIT=1 SBATCH_REQUEUE=1 SBATCH_ARRAY_INX=1-3 SBATCH_WAIT=1 SBATCH_EXPORT=NONE
            export SBATCH_RESERVATION=none SBATCH_ACCOUNT=none SBATCH_JOB_NAME=none SBATCH_NO_REQUEUE=0 SLURM_EXPORT_ENV=NONE
            export LD_LIBRARY_PATH=/nonexistent SSL_CERT_FILE=/nonexistent/ca.pem PROMPT_SEED=99 SYSTEM_PROMPT='be brief'
            export TZ=Pacific/Kiritimati
            srun() { false; }; export -f srun
            umask 077
            """

        /// A script of the user's with these lines in it.
        private func script(_ lines: String) throws -> [String] {
            let path = "\(bed.home)/documented-\(UUID().uuidString).sh"
            try (". ./setting\n" + lines + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return ["/bin/bash", path]
        }

        private func summary(_ errors: String) throws -> Results {
            func value(_ prefix: String) throws -> String {
                let lines = errors.replacing("\r\n", with: "\n").split(separator: "\n")
                return String(try #require(lines.last { $0.hasPrefix(prefix) }, "\(errors)").dropFirst(prefix.count))
            }
            return try Results(summary: try value("Summary: "), records: try value("Records: "))
        }

        @Test func advancedThenRun() async throws {
            let advanced = try bed.start(
                try script(
                    #"""
                    sml loadtest advanced \
                      --firecrest-system clariden \
                      --partition normal \
                      --slurm-nodes 1 \
                      --serving-framework sglang \
                      --slurm-environment src/swiss_ai_model_launch/assets/envs/sglang.toml \
                      --framework-args "--model-path /capstor/store/cscs/swissai/infra01/hf_models/models/swiss-ai/Apertus-8B-Instruct-2509 \
                        --served-model-name swiss-ai/Apertus-8B-Instruct-2509-$(whoami) \
                        --host 0.0.0.0 \
                        --port 8080" \
                      --loadtest-scenario throughput \
                      --loadtest-max-tokens 512 \
                      --loadtest-ignore-eos \
                      --cancel-after-loadtest
                    """#), in: scratch)
            #expect(try await advanced.end(within: 240) == 0, "\(advanced.errors)")
            let name = "\(bed.user)/swiss-ai/Apertus-8B-Instruct-2509-\(bed.user)"
            #expect(advanced.errors.contains("Served model name: \(name)\n"))
            let results = try summary(advanced.errors)
            #expect(results.requests.count == 60)
            #expect(results.summary[path: "sml", "run", "model"] == .string(name))
            #expect(results.requests.allSatisfy { $0.completionTokens == 512 }, "\(advanced.output)")
            #expect(results.summary[path: "sml", "run", "plan", "prompt_seed"]?.integer == 99, "\(advanced.output)")

            // The server that is running already: no model of ours, so the gateway's place is taken by an endpoint.
            let endpoint = try await EndpointProcess.start(
                ["--host", bed.address, "--ttft", "20ms", "--time-per-token", "1ms"], in: scratch)
            let run = try bed.start(
                try script(
                    #"""
                    sml loadtest run \
                      --firecrest-system clariden \
                      --partition normal \
                      --loadtest-server-url \#(endpoint.url) \
                      --loadtest-model your-model-name \
                      --loadtest-scenario throughput \
                      --loadtest-prompts-file \#(files.prompts)
                    """#), in: scratch)
            #expect(try await run.end(within: 120) == 0, "\(run.errors)")
            let own = try summary(run.errors)
            #expect(own.requests.count == 60)
            // What the user's mask leaves; and one job, not three.
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(bed.home)/.sml/loadtest/your-model-name") {
                let path = "\(bed.home)/.sml/loadtest/your-model-name/\(file)"
                #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600, "\(file)")
            }
            // Beside the load: the question about health and the request before the plan.
            #expect(try await endpoint.stop().count == 62)
        }

        /// On a terminal, as it is meant; the second form names the scenario.
        @Test(arguments: [false, true]) func preconfigured(namesScenario: Bool) async throws {
            let scenario = namesScenario ? "\n  --loadtest-scenario open_loop \\" : ""
            let terminal = try bed.startAtTerminal(
                try script(
                    #"""
                    sml loadtest preconfigured \
                      --firecrest-system clariden \
                      --partition normal \\#(scenario)
                      --loadtest-prompts-file \#(files.prompts) \
                      --cancel-after-loadtest
                    """#))
            try await terminal.answer("Reservation (empty for none): ", "\n")
            try await terminal.answer("Account [\(bed.user)]: ", "\n")
            try await terminal.answer("Number or name: ", "swiss-ai/Apertus-9B\n")
            try await terminal.answer("Number or name: ", "\(Self.model)\n")
            try await terminal.answer("Number or name: ", "sglang\n")
            try await terminal.answer("Replicas [1]: ", "0\n")
            try await terminal.answer("Replicas [1]: ", "\n")
            try await terminal.answer("HH:MM:SS [03:00:00]: ", "00:30:00\n")
            if !namesScenario { try await terminal.answer("Number or name [throughput]: ", "<\n") }
            if !namesScenario { try await terminal.answer("HH:MM:SS [03:00:00]: ", "00:20:00\n") }
            if !namesScenario { try await terminal.answer("Number or name [throughput]: ", "\n") }
            try await terminal.answer("Launch this? [yes]: ", "\n")
            let end = try await terminal.end(within: 240)
            #expect(end.code == 0, "\(terminal.screen)")
            #expect(terminal.screen.contains("Served model name: \(bed.user)/\(Self.model)"))
            #expect(terminal.screen.contains("Cancelling job after loadtest: "))
            let results = try summary(terminal.screen)
            #expect(results.requests.count == 60)
            #expect(terminal.screen.contains("/summary_\(namesScenario ? "open_loop" : "throughput")_"), "\(terminal.screen)")
        }
    }
}
