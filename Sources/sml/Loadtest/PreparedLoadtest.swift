// A load test with everything decided that this machine can decide: options, variables, scenario, key. What is wrong
// here is said before a cluster is asked anything, and long before a model is launched or waited for.

import ArgumentParser
import Foundation
import HTTPClient
import ScenarioFiles
import Scenarios
import Submit

struct PreparedLoadtest {
    let options: ClusterOptions
    let settings: ClusterSettings
    let file: ConfigurationFile
    let scenario: ScenarioDefinition
    /// What requests and the health check name.
    let model: String?
    let apiKey: String?
    let configuration: RunConfiguration
    let environment: [String: String]

    /// - Parameter model: sent in the requests; nil for none.
    init(
        _ options: ClusterOptions, scenario name: String, model: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        self.options = options
        self.model = model
        self.environment = environment
        settings = try options.settings(environment: environment)
        file = try ConfigurationFile.load(environment: environment)
        scenario = try ScenarioCatalog().resolve(name)
        apiKey = try await Self.apiKey(options, file, environment)
        configuration = try Self.configuration(options, scenario, model: model, apiKey: apiKey)
        let resolved = try configuration.resolve()
        for warning in scenario.warnings + resolved.warnings { say("sml: warning: \(warning)") }
        if options.firecrestSystem != nil, file.launcher == .slurm {
            say("sml: warning: --firecrest-system: is for FirecREST; \(file.path) says launcher slurm, which has one system")
        }
        try settings.jobTime.check(fits: resolved.plan, scenario: scenario.name, option: "--loadtest-job-time")
    }

    private static func apiKey(
        _ options: ClusterOptions, _ file: ConfigurationFile, _ environment: [String: String]
    ) async throws -> String? {
        if let path = options.apiKeyFile { return try APIKey.read(file: path, environment: environment) }
        return try await Secrets(configuration: file, environment: environment).find(.apiKey)?.value
    }

    private static func configuration(
        _ options: ClusterOptions, _ scenario: ScenarioDefinition, model: String?, apiKey: String?
    ) throws(ConfigurationError) -> RunConfiguration {
        try RunConfiguration.build(
            scenario: scenario, serverURL: options.loadtestServerUrl, apiKey: apiKey, model: model,
            overrides: RunOverrides(
                maxTokens: options.loadtestMaxTokens, ignoreEOS: options.loadtestIgnoreEos,
                promptSeed: options.loadtestPromptSeed))
    }

    /// The cluster, with the partition checked. A dry run asks nothing of SLURM, so that it works anywhere.
    func openCluster() async throws -> OpenedCluster {
        try await file.openCluster(
            system: settings.system, partition: options.dryRun && file.launcher == .slurm ? nil : settings.partition,
            account: settings.account, environment: environment)
    }

    /// The job of this load test at `place`.
    func job(at place: OpenedCluster) throws -> LoadtestJob {
        let label = RunLabel.make(scenario: scenario.name)
        return LoadtestJob(
            test: self, place: place, script: try settings.script(scenario: scenario.name, runLabel: label, at: place))
    }

    /// The run configuration as it may be shown.
    func shownConfiguration() throws -> RunConfiguration {
        try Self.configuration(options, scenario, model: model, apiKey: apiKey == nil ? nil : "****")
    }

    /// Asks the server that will be tested about `name`.
    func healthProbe(_ name: String) -> HealthProbe {
        HealthProbe(
            client: HTTPClient(userAgent: "sml/\(Product.version)"), serverURL: options.loadtestServerUrl, apiKey: apiKey, model: name)
    }
}
