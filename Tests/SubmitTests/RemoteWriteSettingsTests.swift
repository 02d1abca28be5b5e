// Which receiver a run gets, and that a run gets none by accident.

import Submit
import Testing

@Suite struct RemoteWriteSettingsTests {
    private static let own = "SML_LOADTEST_METRICS_REMOTE_WRITE_URL"
    private static let k6s = "K6_PROMETHEUS_RW_SERVER_URL"
    private static let statistics = "K6_PROMETHEUS_RW_TREND_STATS"

    private func url(
        _ option: String? = nil, isEnabled: Bool = true, _ environment: [String: String] = [:], default other: String? = nil
    ) -> String? {
        RemoteWriteSettings(isEnabled: isEnabled, url: option, environment: environment, defaultURL: other)
            .generatorEnvironment[Self.k6s]
    }

    @Test func theOptionWinsOverOurVariableOverK6sOverTheDefault() {
        let all = [Self.own: "http://own", Self.k6s: "http://k6"]
        #expect(url("http://option", all, default: "http://default") == "http://option")
        #expect(url(nil, all, default: "http://default") == "http://own")
        #expect(url(nil, [Self.k6s: "http://k6"], default: "http://default") == "http://k6")
        #expect(url(nil, [:], default: "http://default") == "http://default")
        // Empty, SML's variable means off, as there; k6's says nothing.
        #expect(url(nil, [Self.own: "", Self.k6s: "http://k6"], default: "http://default") == "")
        #expect(url(nil, [Self.own: "http://own", Self.k6s: ""]) == "http://own")
        #expect(url("http://option", [Self.own: ""]) == "http://option")
        #expect(url(nil, [Self.k6s: ""], default: "http://default") == "http://default")
    }

    /// The generator inherits our environment; only an empty variable keeps it from pushing to what is in there.
    @Test func offMeansAnEmptyVariable() {
        let inherited = [Self.own: "http://own", Self.k6s: "http://k6"]
        #expect(url("http://option", isEnabled: false, inherited, default: "http://default") == "")
        #expect(url("", inherited, default: "http://default") == "")
        #expect(url() == "")
    }

    @Test func statisticsAreSMLsUnlessChosen() {
        func chosen(_ environment: [String: String]) -> String? {
            RemoteWriteSettings(isEnabled: true, url: "http://x", environment: environment)
                .generatorEnvironment[Self.statistics]
        }
        #expect(chosen([:]) == "min,avg,med,p(90),p(95),p(99),max")
        #expect(chosen([Self.statistics: ""]) == RemoteWriteSettings.trendStatistics)
        // Not ours to set: it is inherited.
        #expect(chosen([Self.statistics: "p(50)"]) == nil)
    }

    @Test func theClusterPushesWhereSMLDoes() {
        #expect(
            url(nil, [:], default: RemoteWriteSettings.clusterURL)
                == "https://prometheus-dev.swissai.svc.cscs.ch/api/v1/write")
    }
}
