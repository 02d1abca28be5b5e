// How a run learns where its series go: by the variables k6 reads, because a URL may hold a password and the
// generator's command line is public.

import Base

/// The generator's environment for remote write.
package struct RemoteWriteSettings: Sendable, Equatable {
    /// What SML's dashboards use.
    package static let trendStatistics = "min,avg,med,p(90),p(95),p(99),max"
    /// Where SML's cluster runs push unless told otherwise. Only reachable from inside the cluster, so a run on this
    /// machine has no default.
    package static let clusterURL = "https://prometheus-dev.swissai.svc.cscs.ch/api/v1/write"

    private static let ownVariable = "SML_LOADTEST_METRICS_REMOTE_WRITE_URL"

    /// Variables to set for the generator.
    package let generatorEnvironment: [String: String]

    /// Where the URL was said: an option or a variable.
    package let origin: String

    /// All variables of remote write: these and what `environment` has besides.
    package func variables(_ environment: [String: String]) -> [String: String] {
        environment.filter { $0.key.hasPrefix("K6_PROMETHEUS_RW_") && !$0.value.isEmpty }.merging(generatorEnvironment) { $1 }
    }

    /// `url` wins over `SML_LOADTEST_METRICS_REMOTE_WRITE_URL`, which wins over k6's own variable, which wins over
    /// `defaultURL`. An empty `url`, or without one an empty SML variable, switches remote write off, as in SML; k6's own
    /// variable does not count when it is empty. Statistics that the user has chosen stay.
    package init(isEnabled: Bool, url: String?, environment: [String: String], defaultURL: String? = nil) {
        let inherited = environment[Self.ownVariable] ?? environment.filled("K6_PROMETHEUS_RW_SERVER_URL")
        origin =
            url != nil
            ? "--loadtest-metrics-remote-write-url"
            : environment[Self.ownVariable] != nil ? Self.ownVariable : "K6_PROMETHEUS_RW_SERVER_URL"
        guard isEnabled, let url = url ?? inherited ?? defaultURL, !url.isEmpty else {
            // An empty URL is none: it hides one that would be inherited.
            generatorEnvironment = ["K6_PROMETHEUS_RW_SERVER_URL": ""]
            return
        }
        var variables = ["K6_PROMETHEUS_RW_SERVER_URL": url]
        if environment["K6_PROMETHEUS_RW_TREND_STATS", default: ""].isEmpty {
            variables["K6_PROMETHEUS_RW_TREND_STATS"] = Self.trendStatistics
        }
        generatorEnvironment = variables
    }
}
