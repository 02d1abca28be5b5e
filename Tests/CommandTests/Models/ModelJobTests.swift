// The batch script of a model on a real SLURM: the right parts on the right nodes, and what is left when one dies.

import Foundation
import Models
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct ModelJobTests {
    /// The way to a server from this machine, which is on the nodes' bridge.
    private func ask(_ job: ModelJob, _ url: String) async throws -> (code: Int32, output: String) {
        let body = #"{"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 3}"#
        let answer = try await Program.run(
            "/usr/bin/curl", ["-sS", "--max-time", "10", "-H", "Content-Type: application/json", "-d", body, "\(url)/v1/chat/completions"],
            in: job.scratch)
        return (answer.code, answer.output)
    }

    @Test func twoReplicasOfTwoNodesServeBehindARouter() async throws {
        let job = try await ModelJob(
            .sglang, environment: try await ModelJob.environment(),
            arguments: ["--tp-size", "8", "--json-model-override-args", #"{"a": "b c"}"#],
            replicas: 2, nodesPerReplica: 2, router: .sglang, routerArguments: ["--policy", "round_robin"],
            preLaunchCommands: "echo \"hello from $(hostname)\"", openTela: OpenTela())
        try await job.becomes("endpoint") { !job.text(job.logs.endpoint).isEmpty }
        let nodes = job.bed.nodeNames
        try await job.becomes("health") { job.report?.isHealthy == true }
        let report = try #require(job.report)
        #expect(report.replicas.map(\.nodeHost) == [nodes[0], nodes[2]] && report.replicas.map(\.nodeRank) == [0, 2])

        for replica in 0..<2 {
            let address = report.replicas[replica].nodeIP
            let head = job.text(job.logs.replica(replica).output), other = job.text(job.logs.replica(replica, node: 1).output)
            let name = "serving \(job.launch.servedName)"
            #expect(head.contains("sglang.launch_server: rank 0 of 2 on \(nodes[2 * replica]), \(name)"), "\(job.everything)")
            #expect(other.contains("sglang.launch_server: rank 1 of 2 on \(nodes[2 * replica + 1]), \(name)"), "\(job.everything)")
            #expect(other.contains("joined \(address):5757 as rank-1-of-2"))
            #expect(head.contains("hello from \(nodes[2 * replica])") && other.contains("hello from \(nodes[2 * replica + 1])"))
        }
        // The router answers, not a replica; it is what OpenTela makes known.
        let endpoint = job.text(job.logs.endpoint).trimmingCharacters(in: .newlines)
        #expect(endpoint == "http://\(report.replicas[0].nodeIP):30000")
        try await job.becomes("router") { job.text(job.logs.router.output).contains("sglang_router.launch_router: ") }
        #expect(job.text(job.logs.router.output).contains("otela: port 30000\n"))
        #expect(!job.text(job.logs.replica(0).output).contains("otela:"))
        var answer = (code: Int32(-1), output: "")
        try await eventually(within: 30, every: .milliseconds(200), "an answer of the router: \(answer.output)") {
            answer = try await ask(job, endpoint)
            return answer.code == 0
        }
        #expect(answer.output.contains("\"choices\""), "\(answer.output)\n\(job.everything)")

        try await job.bed.administer("scancel", ["\(job.id)"], in: job.scratch)
        #expect(try await job.end().hasPrefix("CANCELLED"))
        #expect(try await ask(job, endpoint).code != 0)
        #expect(!FileManager.default.fileExists(atPath: "\(job.bed.home)/.sml/job-\(job.id)"))
    }

    @Test func vllmIsSpreadOverNodesWithRay() async throws {
        let job = try await ModelJob(
            .vllm, environment: try await ModelJob.environment(["STAND_IN_LIVE_SECONDS": "20"]),
            arguments: ["--tensor-parallel-size", "8"], replicas: 2,
            nodesPerReplica: 2, openTela: OpenTela())
        try await job.becomes("health") { job.report?.isHealthy == true }
        let report = try #require(job.report)
        for replica in 0..<2 {
            let address = report.replicas[replica].nodeIP
            #expect(
                job.text(job.logs.replica(replica).output).contains(
                    "vllm: 2 nodes on \(job.bed.nodeNames[2 * replica]), serving \(job.launch.servedName)"))
            #expect(
                job.text(job.logs.replica(replica, node: 1).output).contains(
                    "joined \(address):6379 as \(job.bed.nodeNames[2 * replica + 1])"))
            #expect(job.text(job.logs.replica(replica).output).contains("otela: label served_model_name="))
            #expect(try await ask(job, "http://\(address):8080").output.contains("\"choices\""))
        }
        // The first to end ends the job, which says which it was.
        #expect(try await job.end().hasPrefix("FAILED|"))
        #expect(job.text(job.logs.errors).contains("ended with status "), "\(job.everything)")
    }

    @Test func aModelThatDiesWhileLoadingFailsTheJobWithItsLastWords() async throws {
        let job = try await ModelJob(.vllm, environment: try await ModelJob.environment(["STAND_IN_FAIL": "loading"]))
        #expect(try await job.end() == "FAILED|1:0")
        let errors = job.text(job.logs.errors)
        #expect(errors.contains("sml: replica_0 ended with status 1; the last lines of its output:"), "\(job.everything)")
        #expect(errors.contains("torch.OutOfMemoryError: CUDA out of memory."))
        #expect(job.report?.isHealthy != true)
        #expect(!FileManager.default.fileExists(atPath: "\(job.bed.home)/.sml/job-\(job.id)"))
    }

    @Test func anArgumentTheFrameworkDoesNotKnowFailsTheJob() async throws {
        let job = try await ModelJob(.sglang, environment: try await ModelJob.environment(), arguments: ["--no-such-option"])
        #expect(try await job.end() == "FAILED|2:0")
        #expect(
            job.text(job.logs.errors).contains("sglang.launch_server (stand-in): unrecognized arguments: --no-such-option"),
            "\(job.everything)")
    }

    @Test func anImageThatIsNotThereIsNamed() async throws {
        let job = try await ModelJob(.sglang, environment: "image = \"/no/such-{arch}.sqsh\"")
        #expect(try await job.end() == "FAILED|1:0")
        let errors = job.text(job.logs.errors)
        #expect(errors.contains(/sml: \/no\/such-(arm64|amd64).sqsh: the image does not exist/), "\(job.everything)")
    }
}
