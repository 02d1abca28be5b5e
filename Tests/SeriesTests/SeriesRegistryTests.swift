import Generator
import Metrics
import RemoteWrite
import Scenarios
import Testing

@testable import Series

struct SeriesRegistryTests {
    @Test func timesAreSecondsCountsAreCountsAndTimestampsAreTheSamples() throws {
        var registry = Records.registry()
        let statistics = Records.statistics(
            records: [Records.request(end: 500, latency: 300), Records.request(end: 700, latency: 100)])
        let updates = Updates(registry.updates(Records.snapshot(statistics)))
        let label = "{label=\"short\",run_label=\"r\",scenario=\"s\"}"
        #expect(updates["k6_e2e_latency_ms_min" + label] == 0.1)
        #expect(updates["k6_e2e_latency_ms_sum" + label] == 0.4)
        #expect(updates["k6_e2e_latency_ms_count" + label] == 2)
        #expect(abs(try #require(updates["k6_e2e_latency_ms_p99" + label]) - 0.298) < 1e-12)
        #expect(updates["k6_prompt_tokens_sum" + label] == 20)
        #expect(updates["sml_latency_from_schedule_seconds_count" + label] == 2)
        #expect(updates.time("k6_e2e_latency_ms_min" + label) == Records.origin / 1_000_000 + 700)
        let run = "{run_label=\"r\",scenario=\"s\"}"
        #expect(updates["k6_iterations_total" + run] == 2)
        #expect(updates["sml_arrivals_scheduled_total" + run] == 7)
        #expect(updates["sml_arrivals_dropped_total" + run] == 2)
        #expect(updates["sml_iterations_started_total" + run] == 5)
        #expect(updates.time("sml_iterations_started_total" + run) == Records.origin / 1_000_000 + 1000)
        // Credentials are masked, an empty model is not sent.
        #expect(updates.k6Names.contains { $0.contains("url=\"http://****:****@h:1/v1/chat/completions\"") })
        #expect(!updates.k6Names.contains { $0.contains("model") || $0.contains("u:p") })
    }

    /// Under the load's names nothing of a probe is sent.
    @Test func ofAProbeOnlyTheTimesOfStreamsAreSent() {
        var registry = Records.registry(isProbe: true)
        var record = Records.request(end: 700, latency: 300)
        record.firstToken = 500 * 1_000_000
        record.lastToken = record.end
        record.chunks = 20
        let updates = registry.updates(Records.snapshot(Records.statistics(records: [record])))
        let names = Set(updates.compactMap { update in update.labels.decoded.first { $0.name == "__name__" }?.value })
        #expect(
            names == [
                "sml_ttft_seconds", "sml_ttft_seconds_sum", "sml_ttft_seconds_count", "sml_time_per_output_token_seconds",
                "sml_time_per_output_token_seconds_sum", "sml_time_per_output_token_seconds_count",
            ])
        #expect(Updates(updates)["sml_ttft_seconds_sum{label=\"short\",run_label=\"r\",scenario=\"s\"}"] == 0.1)
    }

    @Test func onlyWhatHasANewSampleIsHandedOver() {
        var registry = Records.registry()
        var statistics = Records.statistics(
            records: [Records.request(end: 500, latency: 300), Records.request(label: 1, end: 700, latency: 100)])
        let first = registry.updates(Records.snapshot(statistics))
        #expect(Updates(first).k6Names.count > 50)
        let idle = Updates(registry.updates(Records.snapshot(statistics, elapsed: 2_000_000_000)))
        #expect(idle.k6Names.allSatisfy { isCounter($0) })
        // Our own counters are sampled now, so that they do not fade.
        #expect(idle["sml_iterations_started_total{run_label=\"r\",scenario=\"s\"}"] == 5)
        statistics.consume(Records.request(label: 1, end: 900, latency: 100))
        let next = Updates(registry.updates(Records.snapshot(statistics, elapsed: 3_000_000_000)))
        #expect(next.k6Names.contains { $0.contains("label=\"long\"") })
        #expect(!next.k6Names.contains { $0.contains("label=\"short\"") && !isCounter($0) })
        #expect(Set(Updates(first).byText.keys).isSuperset(of: next.k6Names))
    }

    @Test func theFailureRateIsARateWithoutStatus() {
        var registry = Records.registry()
        let statistics = Records.statistics(
            records: [
                Records.request(end: 1, latency: 1), Records.request(end: 2, latency: 1, status: 500),
                Records.request(end: 3, latency: 1, status: 500), Records.request(end: 4, latency: 1, status: 500),
            ])
        let updates = Updates(registry.updates(Records.snapshot(statistics)))
        #expect(updates["k6_http_req_failed_rate{label=\"short\",run_label=\"r\",scenario=\"s\"}"] == 0.75)
        let byStatus = updates.byText.filter { $0.key.hasPrefix("k6_http_req_failed_rate{") && $0.key.contains("status") }
        #expect(byStatus.count == 2)
        #expect(updates["k6_request_errors_total{label=\"short\",run_label=\"r\",scenario=\"s\",status=\"500\"}"] == 3)
        #expect(updates["sml_errors_total{category=\"http_5xx\",phase=\"complete\",run_label=\"r\",scenario=\"s\"}"] == 3)
    }

    @Test func countsTheConnectionsGivenUp() {
        var registry = Records.registry()
        let sample = GeneratorSample(
            time: 1, virtualUsers: 1, maxVirtualUsers: 1, inFlight: 0, cpuTime: 1, residentBytes: 1, loopDelay: 0, strayConnections: 3)
        var statistics = Records.statistics(records: [])
        statistics.consume(sample)
        let updates = Updates(registry.updates(Records.snapshot(statistics)))
        #expect(updates["sml_connections_given_up_total{run_label=\"r\",scenario=\"s\"}"] == 3)
    }

    @Test func valuesBeyondTheLimitShareOther() {
        var registry = Records.registry(limit: 3)
        let labels = (0..<10).map { "label\($0)" }
        var statistics = Records.statistics(labels)
        for (index, _) in labels.enumerated() {
            statistics.consume(Records.request(label: UInt16(index), end: Int64(index + 1), latency: Int64(index + 1)))
        }
        let updates = Updates(registry.updates(Records.snapshot(statistics)))
        let other = "{label=\"other\",run_label=\"r\",scenario=\"s\"}"
        #expect(updates["k6_e2e_latency_ms_count" + other] == 7)
        #expect(updates["k6_e2e_latency_ms_min" + other] == 0.004)
        #expect(updates["k6_http_req_failed_rate" + other] == 0)
        let requests = updates.byText.filter { $0.key.hasPrefix("k6_http_reqs_total{") }
        #expect(requests.count == 4)
        #expect(requests.keys.reduce(0) { $0 + (updates[$1] ?? 0) } == 10)
        #expect(registry.folded == ["label": 7])
        #expect(registry.takeWarnings().count == 1)
        #expect(registry.takeWarnings().isEmpty)
        #expect(updates["sml_folded_label_values{label_name=\"label\",run_label=\"r\",scenario=\"s\"}"] == 7)
    }

    @Test func nativeHistogramsCountEveryValueAndSumExactly() throws {
        var registry = SeriesRegistry(
            tags: SeriesTags(scenario: "s", runLabel: "r", model: "m"), form: .nativeHistogram,
            startedUnixNanoseconds: Records.origin)
        var statistics = Records.statistics()
        // Beyond the exact limit of a trend, where values are bucket middles.
        for index in 1...6000 { statistics.consume(Records.request(end: Int64(index + 5000), latency: Int64(index % 997 + 1))) }
        let updates = Updates(registry.updates(Records.snapshot(statistics)))
        let name = "k6_e2e_latency_ms_seconds{label=\"short\",model=\"m\",run_label=\"r\",scenario=\"s\"}"
        guard case .histogram(let histogram) = try #require(updates.byText[name]).value else {
            Issue.record("not a histogram")
            return
        }
        #expect(histogram.count == 6000)
        let expected = (1...6000).reduce(0.0) { $0 + Double($1 % 997 + 1) / 1000 }
        #expect(abs(histogram.sum - expected) < 1e-6)
        #expect(!updates.k6Names.contains { $0.hasPrefix("k6_e2e_latency_ms_p99") })
    }

    @Test func arrivalsDueAreCountedAsTheyAreScheduled() throws {
        let schedule = try #require(
            Executor.rampingArrivalRate(
                startRate: 2, timeUnit: .seconds(1),
                stages: [.init(duration: .seconds(4), target: 5), .init(duration: .seconds(2), target: 0)],
                preAllocatedVUs: 1, maxVUs: 1
            ).arrivals)
        var place = ArrivalPlace()
        #expect(schedule.dueCount(by: -1) == 0)
        for index in 0..<schedule.count {
            let due = try #require(schedule.due(index, place: &place))
            #expect(schedule.dueCount(by: due - 1) == index)
            #expect(schedule.dueCount(by: due) == index + 1)
        }
        #expect(schedule.dueCount(by: .max) == schedule.count)
    }
}
