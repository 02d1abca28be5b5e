// The document k6 wrote for --summary-export (k6 §8.1, schema B): every metric that has a sample, by its kind. Times
// are milliseconds here, while the series of the same names are seconds.

enum ExportSection {
    static func members(_ inputs: SummaryInputs) -> [(String, JSON)] {
        [("root_group", rootGroup(inputs.statistics)), ("metrics", .object(metrics(inputs)))]
    }

    /// The ids are MD5 sums of the paths, constants as there are no groups.
    private static func rootGroup(_ run: RunStatistics) -> JSON {
        func check(_ name: String, _ id: String, _ rate: Rate) -> (String, JSON) {
            (
                name,
                .object([
                    ("name", .string(name)), ("path", .string("::" + name)), ("id", .string(id)),
                    ("passes", .int(Int64(rate.passes))), ("fails", .int(Int64(rate.fails))),
                ])
            )
        }
        let checks =
            run.statusCheck.total == 0
            ? []
            : [
                check("status 200", "fad9fa412b86fcb03bee97c80dcd61f1", run.statusCheck),
                check("has choices", "e18d43162f07f4850aeb1a8317f3b838", run.choicesCheck),
            ]
        return .object([
            ("name", .string("")), ("path", .string("")), ("id", .string("d41d8cd98f00b204e9800998ecf8427e")),
            ("groups", .object([])), ("checks", .object(checks)),
        ])
    }

    private static func metrics(_ inputs: SummaryInputs) -> [(String, JSON)] {
        let run = inputs.statistics
        var checks = run.statusCheck
        checks.merge(run.choicesCheck)
        var errors = Counter()
        errors.add(run.requestErrors)
        func count(_ counter: Counter, when present: Bool? = nil) -> JSON? {
            guard present ?? (counter.total > 0) else { return nil }
            return .object([
                ("count", .int(Int64(counter.total))), ("rate", .double(counter.rate(overSeconds: inputs.seconds))),
            ])
        }
        // k6 has the bytes and the number in flight as soon as anything started, cut off or not.
        let touched = run.started.total > 0
        let all: [(String, JSON?)] = [
            ("active_requests", touched ? gauge(run.generator.inFlight) : nil),
            ("checks", rate(checks)),
            ("completion_tokens", trend(inputs.completionTokens)),
            ("data_received", count(run.bytesReceived, when: touched)),
            ("data_sent", count(run.bytesSent, when: touched)),
            ("dropped_iterations", count(run.dropped)),
            ("e2e_latency_ms", trend(inputs.latency)),
            ("http_req_blocked", trend(run.timing(\.blocked))),
            ("http_req_connecting", trend(run.timing(\.connecting))),
            ("http_req_duration", trend(run.timing(\.duration))),
            ("http_req_duration{expected_response:true}", trend(run.timing(\.duration, expectedOnly: true))),
            ("http_req_failed", rate(run.failed)),
            ("http_req_receiving", trend(run.timing(\.receiving))),
            ("http_req_sending", trend(run.timing(\.sending))),
            ("http_req_tls_handshaking", trend(run.timing(\.tlsHandshaking))),
            ("http_req_waiting", trend(run.timing(\.waiting))),
            ("http_reqs", count(run.requests)),
            ("iteration_duration", trend(run.iterationDuration)),
            ("iterations", count(run.iterations)),
            ("prompt_tokens", trend(inputs.promptTokens)),
            ("request_errors", count(errors)),
            ("success_rate", rate(run.success)),
            ("tokens_per_second", trend(inputs.tokensPerSecond)),
            ("vus", gauge(run.generator.virtualUsers)),
            ("vus_max", gauge(run.generator.maxVirtualUsers)),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func trend(_ trend: Trend) -> JSON? {
        guard !trend.isEmpty else { return nil }
        let all = trend.statistics
        return .object([
            ("min", .double(all.min)), ("med", .double(all.med)), ("avg", .double(all.avg)),
            ("p(90)", .double(all.p90)), ("p(95)", .double(all.p95)), ("p(99)", .double(all.p99)),
            ("max", .double(all.max)),
        ])
    }

    private static func rate(_ rate: Rate) -> JSON? {
        guard rate.total > 0 else { return nil }
        return .object([
            ("value", .double(rate.value)), ("passes", .int(Int64(rate.passes))), ("fails", .int(Int64(rate.fails))),
        ])
    }

    private static func gauge(_ gauge: Gauge) -> JSON? {
        guard !gauge.isEmpty else { return nil }
        return .object([("value", .double(gauge.value)), ("min", .double(gauge.min)), ("max", .double(gauge.k6Max))])
    }
}
