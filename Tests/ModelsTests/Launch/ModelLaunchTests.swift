import Submit
import Testing

@testable import Models

@Suite struct ModelLaunchTests {
    /// The command line of SML's documentation, as the shell hands it over.
    @Test func documentedArgumentsAreUnderstood() throws {
        let arguments = try FrameworkArguments(
            "--model-path /weights/Apertus-8B     --served-model-name swiss-ai/Apertus-8B-ada     --host 0.0.0.0     --port 8080",
            option: "--framework-args")
        let launch = try Launches.make(servedName: nil, arguments: arguments.words)
        #expect(launch.servedName.description == "ada/swiss-ai/Apertus-8B-ada")
        #expect(launch.modelPath == "/weights/Apertus-8B" && launch.port == 8080 && launch.arguments.words.isEmpty)
        #expect(launch.jobName.wholeMatch(of: /sml_model_Apertus-8B-ada_[a-z]{6}/) != nil)
    }

    @Test func whatTheJobDecidesIsTakenOutOfTheArguments() throws {
        let launch = try Launches.make(arguments: [
            "--tp-size", "4", "--port=9000", "--model-path=/m", "--x", "--served-model-name", "vendor/model",
        ])
        #expect(launch.arguments.words == ["--tp-size", "4", "--x"])
        #expect(launch.port == 9000 && launch.modelPath == "/m")
        #expect(try Launches.make(.vllm, arguments: ["/m", "--x"]).modelPath == "/m")
    }

    /// What a framework's own options say of the GPUs it takes; without them nobody knows.
    @Test(
        arguments: [
            (["--tp-size", "4"], 8), (["--tensor-parallel-size=2", "--pp", "2"], 8), (["--dp", "4"], 8),
            (["--tp", "4", "--dp", "4", "--enable-dp-attention"], 8), (["--x"], nil), (["--tp", "many"], nil),
        ] as [([String], Int?)])
    func theSizeOfALaunch(_ arguments: [String], _ two: Int?) throws {
        let single = try Launches.make(arguments: ["--model", "m"] + arguments).size
        #expect(single.replicas == nil && single.gpus == two.map { $0 / 2 })
        let double = try Launches.make(arguments: ["--model", "m"] + arguments, replicas: 2).size
        #expect(double.replicas == 2 && double.gpus == two)
    }

    @Test(arguments: [
        (["--x"], "--framework-args: the model's path is missing; expected --model-path or --model PATH"),
        (
            ["--model", "m", "--host", "127.0.0.1"],
            "--framework-args: --host: \"127.0.0.1\" is not accepted; expected 0.0.0.0, so that other nodes reach it"
        ),
        (
            ["--model", "m", "--port", "80"],
            "--framework-args: --port: \"80\" is not accepted; expected 1024 to 65535, but not the router's 30000"
        ),
        (
            ["--model", "m", "--port", "30000"],
            "--framework-args: --port: \"30000\" is not accepted; expected 1024 to 65535, but not the router's 30000"
        ),
        (["--model", "m", "--nnodes=2"], "--framework-args: --nnodes is not accepted: the job sets it from the nodes it is given"),
        (
            ["--model", "m", "--served-model-name", "a"],
            "--served-model-name: \"vendor/model\" and \"a\" in --framework-args differ; give one"
        ),
        (["--model", "m", "--x", "a\u{0}b"], "--framework-args: holds a NUL character, which no command line can"),
    ])
    func whatCannotWorkIsRefused(_ arguments: [String], _ reason: String) {
        #expect(refusal { try Launches.make(arguments: arguments) } == reason)
    }

    @Test func whatIsMissingOrWrongIsNamed() throws {
        #expect(
            refusal { try Launches.make(servedName: nil) } == "--served-model-name: is missing; pass it, or have it in --framework-args")
        #expect(
            refusal { try Launches.make(reservation: "a b") }
                == "--reservation: \"a b\" is not accepted; expected letters, digits and _ . , @ + -")
        #expect(refusal { try Topology(replicas: 0) } == "--replicas: 0 is not accepted; expected a whole number from 1 to 1024")
        #expect(
            refusal { try Topology(nodesPerReplica: 2000) }
                == "--nodes-per-replica: 2000 is not accepted; expected a whole number from 1 to 1024")
        #expect(refusal { try Framework("tgi", option: "--framework") } == "--framework: \"tgi\" is not accepted; expected sglang or vllm")
        #expect(
            refusal { try Router("x", option: "--router") }
                == "--router: \"x\" is not accepted; expected opentela or sglang, or yes (sglang) or no")
        #expect(
            refusal { try Launches.make(router: .sglang, routerArguments: ["--port", "1"]) }
                == "--router-args: --port is not accepted: the job sets it")
        #expect(
            refusal { try OpenTela(bootstrapAddress: "peer") }.hasPrefix(
                "--opentela-bootstrap-addr: \"peer\" is not accepted; expected a multiaddress, e.g. /ip4/"))
        let several = refusal { try Launches.make(.vllm, arguments: ["m", "--distributed-executor-backend", "mp"], nodesPerReplica: 2) }
        #expect(several == "--framework-args: --distributed-executor-backend is not accepted: the job sets it from the nodes it is given")
        #expect(try Launches.make(.vllm, arguments: ["m", "--distributed-executor-backend", "mp"]).arguments.words.count == 2)
    }

    @Test func aRouterNeedsSeveralReplicas() throws {
        #expect(try !Launches.make(router: .sglang).hasRouter)
        #expect(try Launches.make(replicas: 2, router: .sglang).hasRouter)
        #expect(try !Launches.make(replicas: 2).hasRouter)
        #expect(try Router("yes", option: "--use-router") == .sglang && Router("no", option: "--use-router") == .opentela)
    }

    @Test func logsHaveTheirPlaces() throws {
        let logs = ModelLogs(jobDirectory: "/home/ada/.sml", id: try #require(JobID("7")))
        #expect(logs.output == "/home/ada/.sml/logs/7/log.out" && logs.errors == "/home/ada/.sml/logs/7/log.err")
        #expect(logs.replica(1).output == "/home/ada/.sml/logs/7/replica_1.out")
        #expect(logs.replica(0, node: 2).errors == "/home/ada/.sml/logs/7/replica_0_node2.err")
        #expect(logs.health.hasSuffix("/replica_health.json") && logs.endpoint.hasSuffix("/endpoint"))
    }

    @Test func aHealthReportIsRead() throws {
        let text = """
            {"checked_at": 5, "replicas": [{"node_rank": 0, "node_ip": "10.0.0.1", "node_host": "n1", "peer_id": null, "health": "HEALTHY", "last_seen": 4},
             {"node_rank": 2, "node_ip": "10.0.0.3", "node_host": "n3", "peer_id": null, "health": "NOT_DEPLOYED", "last_seen": null}]}
            """
        let report = try #require(ReplicaHealthReport(json: Array(text.utf8)))
        #expect(report.description == "1 of 2 replicas healthy" && !report.isHealthy)
        #expect(report.replicas[1].health == .notDeployed && report.replicas[1].nodeRank == 2)
        #expect(ReplicaHealthReport(json: Array("{".utf8)) == nil)
    }
}
