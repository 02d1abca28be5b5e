// The instrument itself: whether it was on time, its connections, what it used. And the series whose values the
// statistics do not know.

extension Catalog {
    static let punctuality = [
        Metric(
            .startLateness, .milliseconds, .run(.trend { $0.startLateness }), series: "sml_start_lateness_seconds",
            absent: "nothing was started",
            "started − scheduled of first exchanges, interrupted ones included: the generator's own lateness"),
        Metric(
            "lateness.send_ms", .milliseconds, .run(.trend { $0.sendLateness }), series: "sml_send_lateness_seconds",
            absent: "nothing was sent",
            "sent − scheduled of first exchanges: with connecting on top"),
        Metric(
            .interruptedAge, .milliseconds, .run(.trend { $0.interruptedAge }), absent: "none",
            "end − started of interrupted requests when they were cut off; long ages mean that the latencies above are too good"),
    ]

    static let generator = [
        Metric(
            .connectionsOpened, .exchanges, .run(.counter { $0.connectionsOpened.total }), series: "sml_connections_opened_total",
            "exchanges that opened a connection"),
        Metric(
            .connectionsOpenedAtOnce, .exchanges, .run(.counter { $0.connectionsOpenedAtOnce.total }),
            "those of them that were sent within the first second: what a burst at the start costs"),
        Metric(
            .newConnectionLatency, .milliseconds, .run(.trend { $0.newConnectionLatency }),
            absent: "no success opened a connection",
            "end − started of successes that opened their connection: beside the latency of all, what the first wave pays for connecting at once; `preconnect` ([SCENARIOS.md](SCENARIOS.md#connections)) takes it out"
        ),
        Metric(
            .connectionsReused, .exchanges, .run(.counter { $0.connectionsReused.total }), series: "sml_connections_reused_total",
            "exchanges on a connection opened before"),
        Metric(
            "connections.transport_retries", .sendings, .run(.counter { $0.transportRetries.total }),
            series: "sml_requests_resent_total", remark: "sent again after a dead one",
            "times that a request was sent again, by libcurl or by us, because a reused connection died before the server can have read it ([ENGINE.md](ENGINE.md#when-a-request-is-sent-again)): a server has been sent `http_requests` + interrupted + this many, and has read none of these"
        ),
        Metric(
            "connections.given_up", .connections, .sampled { UInt64($0.strayConnections) }, series: "sml_connections_given_up_total",
            remark: "given up: the server sent what nobody had asked for",
            "idle connections that were closed because bytes came on them that no request had asked for ([ENGINE.md](ENGINE.md#bytes-on-an-idle-connection))"
        ),
        Metric(
            "connections.next_address", .exchanges, .run(.counter { $0.nextAddresses.total }), remark: "by the server's next address",
            "exchanges for which one address of the server's could not be connected to, refused or silent, and the next one was tried; among those in `connections.opened` if that one answered"
        ),
        Metric(
            .cpuSeconds, .seconds, .run(.number(.counter) { $0.generator.last == nil ? nil : $0.generator.cpuSeconds }),
            absent: "no sample was taken",
            "CPU time, user and system, between the first and the last sample"),
        Metric(
            "generator.cpu_share", .none, .run(.trend { $0.generator.cpuShare }), absent: "fewer than two samples",
            "CPU time per wall-clock time between samples; 1 is one busy core"),
        Metric(
            .peakMemory, .bytes, .run(.number(.gauge) { $0.generator.last == nil ? nil : $0.generator.residentBytes.max }),
            absent: "no sample was taken",
            "largest resident memory of a sample"),
        Metric(
            "generator.loop_delay_ms", .milliseconds, .run(.trend { $0.generator.loopDelay }), absent: "no sample was taken",
            "longest lateness of the event loop in each second, heartbeats included"),
        Metric(
            .peakInFlight, .requests, .run(.number(.gauge) { $0.generator.last == nil ? nil : $0.generator.inFlight.max }),
            absent: "no sample was taken",
            "most requests in flight in a sample"),
        Metric(
            .generatorSamples, .samples,
            .run(.counter { $0.generator.last == nil ? nil : UInt64($0.generator.inFlight.count) }),
            absent: "no sample was taken",
            "samples taken"),
        Metric(
            "active_requests", .requests, .run(.gauge({ $0.generator.inFlight }, newest: { $0.generator.last?.time })),
            k6: "active_requests", presence: .whenARequestStarted,
            absent: "`metrics`: nothing was started; series: before the first second",
            "requests in flight, sampled once a second (k6: 1 or -1)"),
        Metric(
            "vus", .users, .run(.gauge({ $0.generator.virtualUsers }, newest: { $0.generator.last?.time })), k6: "vus",
            absent: "no sample was taken",
            "closed loop, virtual users not yet finished; open loop, those inside an iteration. The series ends with the value after the last iteration"
        ),
        Metric(
            "vus_max", .users, .run(.gauge({ $0.generator.maxVirtualUsers }, newest: { $0.generator.last?.time })), k6: "vus_max",
            absent: "no sample was taken",
            "closed loop, the planned maximum; open loop, those created so far"),
        Metric(
            "process_cpu_seconds", .seconds, .run(.number(.counter) { $0.generator.last.map { Double($0.cpuTime) / 1e9 } }),
            series: "sml_generator_cpu_seconds_total", absent: "before the first second",
            "CPU time of the process, user and system"),
        Metric(
            "resident_memory_bytes", .bytes, .run(.number(.gauge) { $0.generator.last.map { Double($0.residentBytes) } }),
            series: "sml_generator_resident_memory_bytes", absent: "before the first second",
            "resident memory"),
        Metric(
            "loop_delay_seconds", .seconds, .run(.number(.gauge) { $0.generator.last.map { Double($0.loopDelay) / 1e9 } }),
            series: "sml_generator_loop_delay_seconds", absent: "before the first second",
            "longest lateness of the event loop in the last second"),
    ]

    static let elsewhere = [
        Metric(
            "verdict_level", .none, .elsewhere(.gauge), series: "sml_verdict", absent: "until the run has ended, or nothing to judge by",
            "see `sml.verdict`: 0 VALID, 1 SUSPECT, 2 INVALID"),
        Metric(
            "threshold_ok", .none, .elsewhere(.gauge), series: "sml_threshold_ok", labels: "`metric`, `threshold`",
            absent: "no threshold, or no sample yet",
            "whether the value of the threshold's metric, as it stands, meets it: 1 or 0; see `sml.thresholds`"),
        Metric(
            "latency_interval", .seconds, .elsewhere(.gauge), series: "sml_latency_interval_seconds", labels: "`bound`, `quantile`",
            absent: "until the run has ended, or no interval",
            "bounds (`low`, `high`) of the 95 % intervals of `sml.windows.steady.latency_ms`, or of the full run where nothing was steady"),
        Metric(
            "run_instant", .seconds, .elsewhere(.gauge), series: "sml_run_instant_seconds", labels: "`instant`",
            "since 1970: `start`; and once the run has ended `end`, and `steady_from` and `steady_to` where it had a steady part"),
        Metric(
            "arrivals_scheduled", .arrivals, .elsewhere(.counter), series: "sml_arrivals_scheduled_total", absent: "closed loop",
            "arrivals of the plan due by now"),
        Metric(
            "arrivals_dropped", .arrivals, .elsewhere(.counter), series: "sml_arrivals_dropped_total",
            "arrivals dropped by now"),
        Metric(
            "iterations_started", .iterations, .elsewhere(.counter), series: "sml_iterations_started_total",
            "iterations started by now, those in flight included"),
        Metric(
            "errors_total", .requests, .elsewhere(.counter), series: "sml_errors_total", labels: "`category`, `phase`",
            absent: "none of the kind",
            "failed requests by what went wrong: `timeout`, `dns`, `connect`, `tls`, `connection`, `http2`, `http_429`, `http_4xx`, `http_5xx`, `content`, `other`; and by how far they got (`sml.errors[].phase`)"
        ),
        Metric(
            "finish_reasons_total", .requests, .elsewhere(.counter), series: "sml_finish_reasons_total", labels: "`reason`",
            absent: "none of the reason",
            "see `sml.finish_reasons`"),
        Metric(
            "remote_write_pushes", .pushes, .elsewhere(.counter), series: "sml_remote_write_pushes_total",
            "pushes attempted"),
        Metric(
            "remote_write_failed_pushes", .pushes, .elsewhere(.counter), series: "sml_remote_write_failed_pushes_total",
            labels: "`reason`", absent: "none of the reason",
            "failed pushes"),
        Metric(
            "remote_write_retries", .pushes, .elsewhere(.counter), series: "sml_remote_write_retries_total",
            "pushes after a failed one"),
        Metric(
            "remote_write_samples", .samples, .elsewhere(.counter), series: "sml_remote_write_samples_total",
            "samples of successful pushes"),
        Metric(
            "remote_write_sent_bytes", .bytes, .elsewhere(.counter), series: "sml_remote_write_sent_bytes_total",
            "compressed bytes of successful pushes"),
        Metric(
            "remote_write_pending_series", .series, .elsewhere(.gauge), series: "sml_remote_write_pending_series",
            "series whose newest state the receiver does not have yet"),
        Metric(
            "remote_write_refused_series", .series, .elsewhere(.gauge), series: "sml_remote_write_refused_series",
            "series left out because there were too many"),
        Metric(
            "remote_write_rejected_series", .series, .elsewhere(.gauge), series: "sml_remote_write_rejected_series",
            "see `sml.remote_write.series_rejected`"),
        Metric(
            "remote_write_longest_outage", .seconds, .elsewhere(.gauge), series: "sml_remote_write_longest_outage_seconds",
            "see `sml.remote_write.longest_outage_seconds`"),
        Metric(
            "folded_label_values", .values, .elsewhere(.gauge), series: "sml_folded_label_values", labels: "`label_name`",
            absent: "no value was folded",
            "values of a label folded into `other`"),
    ]
}
