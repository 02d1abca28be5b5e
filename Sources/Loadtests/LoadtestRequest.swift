// What a load test on the cluster is asked for, once options and variables have been weighed: values, whichever command they
// come from.

import Scenarios
import Submit

/// What differs between two arms that are loaded at once.
package struct RequestedArms: Sendable {
    package var a, b: ArmOverrides
    package var design: ArmDesign

    package init(a: ArmOverrides, b: ArmOverrides, design: ArmDesign) {
        self.a = a
        self.b = b
        self.design = design
    }

    /// As they may be shown.
    var withoutKeys: RequestedArms {
        var arms = self
        arms.a.apiKey = a.apiKey.map { _ in "****" }
        arms.b.apiKey = b.apiKey.map { _ in "****" }
        return arms
    }
}

package struct LoadtestRequest: Sendable {
    package var settings: ClusterSettings
    /// What will be tested, unless a model launched for the test has an address of its own.
    package var serverURL: String
    /// Whether somebody said which server.
    package var isServerChosen: Bool
    /// Whether an option names a system: with SLURM on this machine there is only one.
    package var namesSystem: Bool
    package var overrides: RunOverrides
    package var apiKeyFile: String?
    /// For the job and its results.
    package var waitsForJob: Bool
    /// For the model, before anything is submitted.
    package var waitsUntilHealthy: Bool
    /// Whether the job asks for that; nil where it is found out who can.
    package var waitsInJob: Bool?
    package var readyTimeout: Duration
    package var cancelsOnInterrupt: Bool
    package var isDryRun: Bool
    package var isVerbose: Bool
    /// Nil for a test of one server.
    package var arms: RequestedArms?
    /// Of a search for the server's capacity.
    package var capacity: CapacitySettings?
    /// A page of charts beside the summary.
    package var writesReport: Bool
    /// What the run is called in lists and comparisons; nil for nothing but its label.
    package var name: String?

    package init(
        settings: ClusterSettings, serverURL: String, isServerChosen: Bool, namesSystem: Bool, overrides: RunOverrides,
        apiKeyFile: String?, waitsForJob: Bool, waitsUntilHealthy: Bool, waitsInJob: Bool?, readyTimeout: Duration,
        cancelsOnInterrupt: Bool,
        isDryRun: Bool, isVerbose: Bool, writesReport: Bool = true
    ) {
        self.settings = settings
        self.serverURL = serverURL
        self.isServerChosen = isServerChosen
        self.namesSystem = namesSystem
        self.overrides = overrides
        self.apiKeyFile = apiKeyFile
        self.waitsForJob = waitsForJob
        self.waitsUntilHealthy = waitsUntilHealthy
        self.waitsInJob = waitsInJob
        self.readyTimeout = readyTimeout
        self.cancelsOnInterrupt = cancelsOnInterrupt
        self.isDryRun = isDryRun
        self.isVerbose = isVerbose
        self.writesReport = writesReport
    }
}
