// A load test with everything decided that this machine can decide: options, variables, scenario, key. What is wrong
// here is said before a cluster is asked anything, and long before a model is launched or waited for.

import HTTPClient
import Health
import Metrics
import ScenarioFiles
import Base
import Scenarios
import Submit

package struct PreparedLoadtest {
    private(set) var request: LoadtestRequest
    package let file: ConfigurationFile
    package let scenario: ScenarioDefinition
    private(set) var apiKey: String?
    package let environment: [String: String]
    /// What will be carried out.
    package let plan: Plan
    /// What requests name.
    package private(set) var model: String?
    package private(set) var serverURL: String
    private(set) var configuration: RunConfiguration
    /// Of the two arms the one that is tested alone; nil for both, and where there are none.
    private var only: Int?
    /// What goes along in the run's files.
    let carried: CarriedSettings

    /// - Parameter model: sent in the requests; nil for none.
    package init(
        _ request: LoadtestRequest, scenario name: String, model: String?, environment: [String: String]
    ) async throws {
        self.request = request
        self.model = model
        self.environment = environment
        serverURL = request.serverURL
        // The health check would otherwise ask in vain for as long as it may.
        try HTTPClient.check(serverURL, environment: environment)
        file = try ConfigurationFile.load(environment: environment)
        scenario = try ScenarioCatalog().resolve(name)
        apiKey = try await Self.apiKey(request, file, environment)
        configuration = try Self.configuration(request, scenario, serverURL: serverURL, model: model, apiKey: apiKey)
        let arms = try configuration.arms().map { try $0.configuration.resolve() }
        let resolved = try arms.first ?? configuration.resolve()
        plan =
            try request.capacity.map { try resolved.plan.scaled(toDuration: $0.longest) }
            ?? configuration.armDesign()?.longestPlan(of: resolved.plan) ?? resolved.plan
        if request.capacity != nil { _ = try CapacityJudge(resolved.plan, labels: nil) }
        if let design = try configuration.armDesign() { _ = try design.plan(of: resolved.plan) }
        _ = try BoundThreshold.bind(plan.objectives.thresholds, labels: nil)
        let receiver = try request.settings.receiver(environment)
        carried = try CarriedSettings(
            environment: environment, isNear: file.launcher == .slurm, isHealthAskedHere: request.waitsUntilHealthy,
            urls: (arms.isEmpty ? [serverURL] : arms.map(\.plan.target.url)) + (receiver.map { [$0] } ?? []))
        for warning in scenario.warnings + resolved.warnings + carried.warnings { say("sml: warning: \(warning)") }
        if request.namesSystem, file.launcher == .slurm {
            say("sml: warning: --firecrest-system: is for FirecREST; \(file.path) says launcher slurm, which has one system")
        }
        self.request.settings = settings.fitted(to: plan)
        try settings.check(fits: plan, scenario: scenario.name)
    }

    private static func apiKey(
        _ request: LoadtestRequest, _ file: ConfigurationFile, _ environment: [String: String]
    ) async throws -> String? {
        if let path = request.apiKeyFile { return try APIKey.read(file: path, environment: environment) }
        return try await Secrets(configuration: file, environment: environment).find(.apiKey)?.value
    }

    private static func configuration(
        _ request: LoadtestRequest, _ scenario: ScenarioDefinition, serverURL: String, model: String?, apiKey: String?, only: Int? = nil
    ) throws(ConfigurationError) -> RunConfiguration {
        let configuration = try RunConfiguration.build(
            scenario: scenario, serverURL: serverURL, apiKey: apiKey, model: model, overrides: request.overrides)
        if let capacity = request.capacity { return try configuration.searching(capacity) }
        guard let arms = request.arms else { return configuration }
        let both = try configuration.comparing(a: arms.a, b: arms.b, design: arms.design)
        return try only.map { arm throws(ConfigurationError) in try both.arms()[arm].configuration } ?? both
    }

    /// The same test of each arm alone, to ask of its server's health; this one where there are none.
    package var ofEachArm: [(name: String?, test: PreparedLoadtest)] {
        guard let arms = request.arms else { return [(nil, self)] }
        return zip(RunConfiguration.armNames, [arms.a, arms.b]).map { name, arm in
            var test = self
            test.serverURL = arm.serverURL ?? serverURL
            test.apiKey = arm.apiKey ?? apiKey
            test.model = arm.model ?? model
            return (name, test)
        }
    }

    package var settings: ClusterSettings { request.settings }

    /// What was launched for a test.
    package struct Target: Sendable {
        /// Nil where the test's own server knows the model.
        package var serverURL: String?
        package var model: String
        package var size: ServerSize
    }

    /// The same test of what was launched for it: one model, or one for each arm.
    package func aimed(at targets: [Target]) throws -> PreparedLoadtest {
        var test = self
        // What somebody said of the size holds for whatever was launched.
        let said = request.overrides.serverSize
        if var arms = request.arms, only == nil, targets.count == 2 {
            arms.a.aim(at: targets[0], said: said)
            arms.b.aim(at: targets[1], said: said)
            test.request.arms = arms
        } else if let target = targets.first {
            test.request.overrides.serverSize = ServerSize(
                replicas: said.replicas ?? target.size.replicas, gpus: said.gpus ?? target.size.gpus)
            test.model = target.model
            test.serverURL = target.serverURL ?? serverURL
        }
        test.configuration = try Self.configuration(
            test.request, scenario, serverURL: test.serverURL, model: test.model, apiKey: apiKey, only: only)
        return test
    }

    /// The test of one arm alone, in one of several pairs of runs: both runs of a pair have the same order of prompts, and each
    /// pair has its own.
    ///
    /// - Parameters:
    ///   - arm: 0 or 1.
    ///   - pair: from 0.
    func alone(arm: Int, pair: Int) throws -> PreparedLoadtest {
        var test = self
        test.only = arm
        test.request.overrides.promptSeed = plan.promptSeed &+ Int64(pair)
        test.request.name = request.name.map { Self.name($0, arm: arm, pair: pair) }
        test.configuration = try Self.configuration(
            test.request, scenario, serverURL: serverURL, model: model, apiKey: apiKey, only: arm)
        return test
    }

    /// What a run is called that is one of several pairs.
    package static func name(_ name: String, arm: Int, pair: Int) -> String { "\(name)-\(RunConfiguration.armNames[arm])\(pair + 1)" }

    /// The cluster, with the partition and its limits checked.
    ///
    /// - Parameter checkingPartition: no for what is only shown: it asks nothing of SLURM, so that it works anywhere.
    package func openCluster(checkingPartition: Bool) async throws -> OpenedCluster {
        let place = try await file.openCluster(
            system: settings.system, partition: checkingPartition || file.launcher == .firecrest ? settings.partition : nil,
            account: settings.account, environment: environment, trace: request.isVerbose ? TerminalDisplay().trace : nil,
            notice: TerminalDisplay().trace)
        try settings.check(fits: place.partition)
        return place
    }

    /// The job of this load test at `place`.
    /// - Parameter wait: for the server, before the load begins.
    package func job(at place: OpenedCluster, waitingForServer wait: Duration? = nil) throws -> LoadtestJob {
        let label = RunLabel.make(scenario: scenario.name)
        var job = settings.job(scenario: scenario.name, runLabel: label, at: place)
        job.serverWait = wait
        return LoadtestJob(test: self, place: place, job: job, script: try place.launcher.script(of: job))
    }

    /// The run configuration as it may be shown.
    func shownConfiguration() throws -> RunConfiguration {
        var shown = request
        shown.arms = request.arms?.withoutKeys
        return try Self.configuration(shown, scenario, serverURL: serverURL, model: model, apiKey: apiKey == nil ? nil : "****", only: only)
    }

    /// Asks a server, the one that will be tested unless another is given, about `name`.
    package func healthProbe(_ name: String, at url: String? = nil) -> HealthProbe {
        HealthProbe(
            client: HTTPClient(environment: environment), serverURL: url ?? serverURL, apiKey: apiKey, model: name)
    }
}

extension ArmOverrides {
    fileprivate mutating func aim(at target: PreparedLoadtest.Target, said: ServerSize) {
        serverURL = target.serverURL ?? serverURL
        model = target.model
        serverSize = ServerSize(
            replicas: said.replicas == nil ? target.size.replicas : nil, gpus: said.gpus == nil ? target.size.gpus : nil)
    }
}
