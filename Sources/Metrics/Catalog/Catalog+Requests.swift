// Requests and exchanges: how many, what became of them, how long they took, what they carried.

extension Catalog {
    static let counts = [
        Metric(
            .started, .requests, .run(.counter { $0.started.total }),
            "requests handed to libcurl, interrupted ones included"),
        Metric(
            .finished, .requests, .label(.counter { $0.success.total }), series: "sml_requests_finished_total",
            "succeeded + failed"),
        Metric(
            .succeeded, .requests, .label(.counter { $0.success.passes }),
            "see *Outcome of a request*"),
        Metric(
            .failed, .requests, .label(.counter { $0.success.fails }), k6: "request_errors", labels: "`label`, `status`",
            absent: "`metrics` and series: none",
            "see *Outcome of a request*"),
        Metric(
            .interrupted, .requests, .label(.counter { $0.interrupted.total }), series: "sml_requests_interrupted_total",
            "see *Outcome of a request*; started = finished + interrupted. Long `sml.interrupted.age_ms` mean that the latencies are too good"
        ),
        Metric(
            "requests_sent", .requests, .run(.counter { UInt64($0.sendLateness.count) }), series: "sml_requests_sent_total",
            "requests of which a byte could go out; known when they end"),
        Metric(
            .dropped, .arrivals, .run(.counter({ $0.dropped.total }, newest: { $0.dropped.total > 0 ? $0.lastDropped : nil })),
            k6: "dropped_iterations", absent: "`metrics` and series: none",
            "see *Outcome of a request*"),
        Metric(
            "counts.iterations", .iterations,
            .run(.counter({ $0.iterations.total }, newest: { $0.iterations.total > 0 ? $0.lastIteration : nil })),
            k6: "iterations", absent: "`metrics` and series: none",
            "iterations not interrupted"),
        Metric(
            "counts.interrupted_iterations", .iterations, .run(.counter { $0.interruptedIterations.total }),
            series: "sml_iterations_interrupted_total",
            "iterations cut off: with their request, or while thinking"),
        Metric(
            .httpRequests, .exchanges, .exchange(.counter { $0.requests.total }), k6: "http_reqs",
            absent: "`metrics` and series: none ended",
            "exchanges that ended"),
        Metric(
            "counts.records", .records, .run(.counter { $0.records.total }),
            "records consumed, samples included"),
    ]

    static let latency = [
        Metric(
            .successLatency, .milliseconds, .label(.trend({ $0.successLatency }, newest: { $0.lastSuccess })),
            series: "sml_success_latency_seconds", absent: "nothing succeeded",
            "end − started of succeeded requests, redirects included: how fast the server is. Requests that it turns away at once are not in it"
        ),
        Metric(
            .successFromSchedule, .milliseconds, .label(.trend { $0.successFromSchedule }),
            absent: "nothing succeeded; closed-loop executors",
            "end − scheduled of succeeded requests: what a caller who came at the planned instant waited. Much above `success_ms` means that the generator was late"
        ),
        Metric(
            .failureLatency, .milliseconds, .label(.trend { $0.failureLatency }), absent: "nothing failed",
            "end − started of failed requests"),
        Metric(
            .endToEnd, .milliseconds, .label(.trend({ $0.latency }, newest: { $0.lastLatency })), k6: "e2e_latency_ms",
            absent: "nothing finished",
            "end − started of finished requests, redirects included (k6 rounds to whole ms); the series is in seconds in spite of its name, as k6's"
        ),
        Metric(
            .service, .milliseconds, .exchange(.trend { $0.duration }), k6: "http_req_duration", isShownByLabel: true,
            absent: "no exchange ended",
            "end − sent; 0 when nothing was sent"),
        Metric(
            .fromSchedule, .milliseconds, .label(.trend({ $0.latencyFromSchedule }, newest: { $0.lastLatency })),
            series: "sml_latency_from_schedule_seconds",
            absent:
                "nothing finished; closed-loop executors, in which a request is due when the one before it is answered: a server frozen for half the run gave 0.7 ms at p99",
            "end − scheduled of finished requests, failed ones included"
        ),
    ]

    static let exchanges = [
        Metric(
            .expectedDuration, .milliseconds, .run(.trend { $0.timing(\.duration, expectedOnly: true) }),
            k6: "http_req_duration{expected_response:true}", absent: "there was none",
            "end − sent of exchanges with status 200–399"),
        Metric(
            "http_req_blocked", .milliseconds, .exchange(.trend { $0.blocked }), k6: "http_req_blocked", absent: "no exchange ended",
            "sent − started: name resolution, connect, TLS"),
        Metric(
            "http_req_connecting", .milliseconds, .exchange(.trend { $0.connecting }), k6: "http_req_connecting",
            absent: "no exchange ended",
            "TCP connect; 0 on an open connection"),
        Metric(
            "http_req_tls_handshaking", .milliseconds, .exchange(.trend { $0.tlsHandshaking }), k6: "http_req_tls_handshaking",
            absent: "no exchange ended",
            "TLS handshake; 0 on an open connection or plain http"),
        Metric(
            "http_req_sending", .milliseconds, .exchange(.trend { $0.sending }), k6: "http_req_sending", absent: "no exchange ended",
            "until the last byte of the request was handed to the kernel, or until the first byte of an answer that came before"),
        Metric(
            "http_req_waiting", .milliseconds, .exchange(.trend { $0.waiting }), k6: "http_req_waiting", absent: "no exchange ended",
            "first byte − sent − sending; with the end instead without a byte"),
        Metric(
            "http_req_receiving", .milliseconds, .exchange(.trend { $0.receiving }), k6: "http_req_receiving",
            absent: "no exchange ended",
            "end − first byte; 0 without a byte"),
        Metric(
            .failedExchanges, .share, .exchange(.rate { $0.failed }), k6: "http_req_failed",
            labels: "exchange labels; `label` alone", absent: "no exchange ended",
            "status not in 200–399 (0 included). A series with `status` is 0 or 1 by construction, without it, per `label`, a rate: select `{status=\"\"}`"
        ),
        Metric(
            "data_sent", .bytes, .run(.counter({ $0.bytesSent.total }, newest: { $0.started.total > 0 ? $0.lastData : nil })),
            k6: "data_sent", presence: .whenARequestStarted, absent: "nothing was started",
            "as `data_received`; every sending, as far as it got; an HTTP/2 head as HTTP/1.1 would write it"),
        Metric(
            "data_received", .bytes,
            .run(.counter({ $0.bytesReceived.total }, newest: { $0.started.total > 0 ? $0.lastData : nil })),
            k6: "data_received", presence: .whenARequestStarted, absent: "nothing was started",
            "headers and bodies as on the wire, interrupted requests included; no TLS framing"),
    ]

    static let tokens = [
        Metric(
            .tokensPerSecond, .tokensPerSecond, .label(.trend({ $0.tokensPerSecond }, newest: { $0.lastTokensPerSecond })),
            k6: "tokens_per_second", absent: "no answer had tokens",
            "completion tokens / (end − started) of each succeeded request"),
        Metric(
            .promptTokens, .tokens, .label(.trend({ $0.promptTokens }, newest: { $0.lastPromptTokens })),
            k6: "prompt_tokens", absent: "no answer had it",
            "`usage.prompt_tokens` of succeeded requests"),
        Metric(
            .completionTokens, .tokens, .label(.trend({ $0.completionTokens }, newest: { $0.lastCompletionTokens })),
            k6: "completion_tokens", absent: "no answer had it",
            "`usage.completion_tokens` of succeeded requests"),
    ]

    static let iterations = [
        Metric(
            .checks, .share,
            .run(
                .rate({
                    var both = $0.statusCheck
                    both.merge($0.choicesCheck)
                    return both
                })),
            k6: "checks", labels: "`check`", absent: "nothing finished",
            "`status 200` and `has choices`, one sample each per finished request"),
        Metric(
            .successRate, .share, .run(.rate({ $0.success }, newest: { $0.finished.total > 0 ? $0.lastFinished : nil })),
            k6: "success_rate", absent: "nothing finished",
            "succeeded / finished: both checks passed, and the answer does not say that it failed"),
        Metric(
            "iteration_duration", .milliseconds,
            .run(.trend({ $0.iterationDuration }, newest: { $0.iterations.total > 0 ? $0.lastIteration : nil })),
            k6: "iteration_duration", absent: "no iteration ended",
            "iteration's end − start, think time and stagger included"),
    ]

    static let answers = [
        Metric(
            "answers.without_content", .requests, .run(.counter { $0.answers.withoutContent.total }), series: "sml_odd_answers_total",
            seriesLabels: [SeriesLabel("oddity", "without_content")], labels: "`oddity` `without_content`", remark: "without text",
            "succeeded requests whose first choice had neither text nor a tool call"),
        Metric(
            "answers.other_model", .requests, .run(.counter { $0.answers.otherModel.total }), series: "sml_odd_answers_total",
            seriesLabels: [SeriesLabel("oddity", "other_model")], labels: "`oddity` `other_model`", remark: "from another model",
            "succeeded requests whose answer named another model than the one asked for"),
        Metric(
            "answers.tokens_not_as_asked", .requests, .run(.counter { $0.answers.tokensNotAsAsked.total }),
            series: "sml_odd_answers_total", seriesLabels: [SeriesLabel("oddity", "tokens_not_as_asked")],
            labels: "`oddity` `tokens_not_as_asked`", remark: "with other than max_tokens tokens",
            "succeeded requests with `ignore_eos` and a limit whose `usage.completion_tokens` is not that limit"),
        Metric(
            .withoutUsage, .requests, .run(.counter { $0.answers.withoutUsage.total }), series: "sml_odd_answers_total",
            seriesLabels: [SeriesLabel("oddity", "without_usage")], labels: "`oddity` `without_usage`", remark: "without usage",
            "succeeded requests without `usage.completion_tokens`; they count in no token metric"),
        Metric(
            "answers.without_prompt_tokens", .requests, .run(.counter { $0.answers.withoutPromptTokens.total }),
            series: "sml_odd_answers_total", seriesLabels: [SeriesLabel("oddity", "without_prompt_tokens")],
            labels: "`oddity` `without_prompt_tokens`",
            "succeeded requests without `usage.prompt_tokens`"),
        Metric(
            "answers.implausible_tokens", .requests, .run(.counter { $0.answers.implausibleTokens.total }),
            series: "sml_odd_answers_total", seriesLabels: [SeriesLabel("oddity", "implausible_tokens")],
            labels: "`oddity` `implausible_tokens`", remark: "with a count of tokens above 100,000,000",
            "succeeded requests that said a count of tokens above 10⁸, which counts as none"),
        Metric(
            "rate_limit.too_many_requests", .requests, .run(.counter { $0.answers.tooManyRequests.total }),
            "requests answered with status 429"),
        Metric(
            "rate_limit.with_retry_after", .requests, .run(.counter { $0.answers.withRetryAfter.total }),
            "those of them with a `Retry-After`"),
        Metric(
            "rate_limit.longest_retry_after_seconds", .seconds,
            .run(.number(.gauge) { $0.answers.withRetryAfter.total == 0 ? nil : Double($0.answers.longestRetryAfter) }),
            absent: "there was none",
            "the longest of those"),
        Metric(
            .pausedArrivals, .arrivals, .run(.counter { $0.answers.pausedArrivals.total }), series: "sml_arrivals_paused_total",
            "dropped arrivals that fell into a pause (`on_429: pause`); part of `sml.counts.dropped`"),
    ]
}
