// A model to bring up: what serves it, on how many nodes, for how long. Made from flags or from a catalogue's entry;
// what cannot work is refused here, before anything is submitted.

import Base
import Scenarios
import Submit

package struct ModelLaunch: Sendable, Equatable {
    /// Unique among the user's jobs.
    package private(set) var jobName: String
    package private(set) var servedName: ServedModelName
    package let framework: Framework
    package let environment: EnvironmentFile
    /// Where the weights are, or a name the framework fetches by itself.
    package let modelPath: String
    /// The framework's other options.
    package let arguments: FrameworkArguments
    /// Every replica's; 8080 unless the framework's arguments say otherwise.
    package let port: Int
    package let topology: Topology
    package let router: Router
    package let routerArguments: FrameworkArguments
    /// Shell text that runs in the container before the framework; empty for none.
    package let preLaunchCommands: String
    /// Nil where it is disabled.
    package let openTela: OpenTela?
    package let time: JobTime
    package let account: String
    package let partition: String
    package let reservation: String?

    package static let standardPort = 8080
    package static let routerPort = 30000

    /// - Parameters:
    ///   - servedName: nil to take it from the arguments.
    ///   - user: the name on the cluster.
    ///   - arguments: with the model's path, as the framework has it. Served name, host and port may be among them.
    /// - Throws: ``SubmitError/usage(_:)`` that names the option and what is accepted.
    package init(
        servedName: String?, user: String, framework: Framework, environment: EnvironmentFile, arguments: FrameworkArguments,
        topology: Topology, router: Router = .opentela, routerArguments: FrameworkArguments = FrameworkArguments(),
        preLaunchCommands: String = "", openTela: OpenTela?, time: JobTime, account: String, partition: String, reservation: String?
    ) throws {
        let option = "--framework-args"
        var rest = arguments
        let named = try rest.take(["--served-model-name"], option: option)
        if let servedName, let named, servedName != named {
            throw SubmitError.usage("--served-model-name: \"\(servedName)\" and \"\(named)\" in --framework-args differ; give one")
        }
        guard let name = servedName ?? named else {
            throw SubmitError.usage("--served-model-name: is missing; pass it, or have it in --framework-args")
        }
        self.servedName = try ServedModelName(
            name, user: user, option: servedName == nil ? "--framework-args: --served-model-name" : "--served-model-name")
        let leading = framework == .vllm ? rest.takeLeading() : nil
        guard let path = try rest.take(framework.modelOptions, option: option) ?? leading, !path.isEmpty else {
            throw SubmitError.usage(
                "\(option): the model's path is missing; expected \(framework.modelOptions.sorted().reversed().joined(separator: " or ")) PATH"
            )
        }
        modelPath = path
        if let host = try rest.take(["--host"], option: option), host != "0.0.0.0" {
            throw SubmitError.usage("\(option): --host: \"\(host)\" is not accepted; expected 0.0.0.0, so that other nodes reach it")
        }
        port = try rest.take(["--port"], option: option).map(Self.port) ?? Self.standardPort
        let reserved = framework.reservedOptions.union(
            framework == .vllm && topology.nodesPerReplica > 1 ? ["--distributed-executor-backend"] : [])
        if let word = reserved.sorted().first(where: { rest.contains([$0]) }) {
            throw SubmitError.usage("\(option): \(word) is not accepted: the job sets it from the nodes it is given")
        }
        if router == .sglang, let word = ["--host", "--port", "--worker-urls"].first(where: { routerArguments.contains([$0]) }) {
            throw SubmitError.usage("--router-args: \(word) is not accepted: the job sets it")
        }
        try Self.check(arguments.words, option: option)
        try Self.check(routerArguments.words, option: "--router-args")
        try Self.check([preLaunchCommands], option: "--pre-launch-cmds")
        self.framework = framework
        self.environment = environment
        self.arguments = rest
        self.topology = topology
        self.router = router
        self.routerArguments = routerArguments
        self.preLaunchCommands = preLaunchCommands
        self.openTela = openTela
        self.time = time
        self.account = try HeaderName.checked(account, option: "--account")
        self.partition = try HeaderName.checked(partition, option: "--partition")
        self.reservation = try reservation.map { try HeaderName.checked($0, option: "--reservation") }
        jobName = Self.jobName(self.servedName)
    }

    /// The same served under a name of its own, `vendor/model-a`: a gateway would spread the requests of two launches of one name
    /// over both.
    package func served(as suffix: String) -> ModelLaunch {
        var launch = self
        launch.servedName = servedName.with(suffix)
        return launch.again()
    }

    /// The same as another job.
    package func again() -> ModelLaunch {
        var launch = self
        launch.jobName = Self.jobName(servedName)
        return launch
    }

    /// A router is started: there is something to spread over.
    package var hasRouter: Bool { router == .sglang && topology.replicas > 1 }

    private static func port(_ text: String) throws -> Int {
        guard let port = Int(text), (1024...65535).contains(port), port != routerPort else {
            throw SubmitError.usage(
                "--framework-args: --port: \(JSON.string(text).shown) is not accepted; expected 1024 to 65535, but not the router's \(routerPort)"
            )
        }
        return port
    }

    /// A shell's word holds every character but one.
    private static func check(_ words: [String], option: String) throws {
        guard !words.contains(where: { $0.unicodeScalars.contains("\0") }) else {
            throw SubmitError.usage("\(option): holds a NUL character, which no command line can")
        }
    }

    /// `sml_model_<model>_<6 letters>`; what SLURM's header cannot hold of the model becomes `_`.
    private static func jobName(_ name: ServedModelName) -> String {
        let model = name.description.split(separator: "/").last ?? ""
        let safe = String(model.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }.prefix(80))
        let letters = (0..<6).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" }
        return "sml_model_\(safe)_\(String(letters))"
    }
}
