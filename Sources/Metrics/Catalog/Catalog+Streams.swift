// Answers that come as streams: when their first token came, how fast the others followed. docs/METRICS.md has what other tools
// call by the same words. All of succeeded requests; in a run without streams there is none.

import Generator

extension Catalog {
    static let streams = [
        Metric(
            .ttft, .milliseconds, .streamed { milliseconds($0.record.firstToken - $0.started) }, series: "sml_ttft_seconds",
            absent: "no answer was streamed",
            "first token − started: the first chunk with text, reasoning, a refusal or a tool call; events that only name the role do not count. Connecting is in it"
        ),
        Metric(
            .ttftFromSchedule, .milliseconds,
            .streamed { request in request.scheduled.map { milliseconds(request.record.firstToken - $0) } },
            series: "sml_ttft_from_schedule_seconds", absent: "no answer was streamed; closed-loop executors",
            "first token − scheduled: with the generator's own lateness on top"),
        Metric(
            "stream.first_event_ms", .milliseconds,
            .label(.trend({ $0.streams.firstEvent }, newest: { $0.lastLatency })), absent: "no answer was streamed",
            "first event of any kind − started, 0.1 % wide buckets; below `ttft_ms` where a server names the role before it has a token"),
        Metric(
            "stream.first_content_ms", .milliseconds,
            .label(.trend({ $0.streams.firstContent }, newest: { $0.lastLatency })), absent: "no answer had reasoning",
            "first output that is not reasoning − started, of answers with reasoning, 0.1 % wide buckets"),
        Metric(
            .timePerToken, .milliseconds, .streamed { $0.record.millisecondsPerToken }, series: "sml_time_per_output_token_seconds",
            absent: "no streamed answer had `usage` and two tokens",
            "(last token − first token) / (completion tokens − 1): without the time to the first token"),
        Metric(
            .interChunk, .milliseconds, .label(.trend({ $0.streams.gaps }, newest: { $0.lastLatency })),
            series: "sml_inter_chunk_seconds", absent: "no answer had two chunks",
            "time between two chunks with output of an answer, 0.1 % wide buckets; 0 where they came in one read. Of tokens only where `tokens_per_chunk` is 1"
        ),
        Metric(
            .tokensPerChunk, .tokens, .streamed { $0.tokensPerChunk }, absent: "no streamed answer had `usage`",
            "completion tokens / chunks with output of each answer"),
        Metric(
            "stream.chunks", .none, .streamed { Double($0.record.chunks) }, absent: "no answer was streamed",
            "chunks with output of each answer"),
        Metric(
            "stream.prefill_tokens_per_second", .tokensPerSecond, .streamed { $0.prefillRate },
            absent: "no streamed answer had `usage`",
            "prompt tokens / (first token − started) of each answer: queueing is in it, and cached tokens count"),
        Metric(
            .outputTokensByLabel, .tokens, .elsewhere(.counter), series: "sml_output_tokens_total", labels: "`label`",
            absent: "no answer had `usage`",
            "`usage.completion_tokens` of succeeded requests, streamed or not: its rate is the run's output tokens/s"),
        Metric(
            "answers.not_streamed", .requests, .run(.counter { $0.answers.notStreamed.total }), series: "sml_odd_answers_total",
            seriesLabels: [SeriesLabel("oddity", "not_streamed")], labels: "`oddity` `not_streamed`",
            remark: "as one document instead of a stream",
            "succeeded requests for a stream that were answered with one document; they have no time to the first token"),
    ]
}

extension MetricName {
    package static let ttft: Self = "stream.ttft_ms"
    package static let ttftFromSchedule: Self = "stream.ttft_from_schedule_ms"
    package static let timePerToken: Self = "stream.tpot_ms"
    package static let interChunk: Self = "stream.inter_chunk_ms"
    package static let tokensPerChunk: Self = "stream.tokens_per_chunk"
    package static let outputTokensByLabel: Self = "output_tokens_by_label"
}

extension RunRecord {
    /// Of a streamed answer; nil without `usage` or with one token, which no time passes after.
    var millisecondsPerToken: Double? {
        guard completionTokens > 1, chunks > 1 else { return nil }
        return milliseconds(lastToken - firstToken) / Double(completionTokens - 1)
    }
}

extension StreamedRequest {
    fileprivate var tokensPerChunk: Double? {
        guard record.completionTokens > 0, record.chunks > 0 else { return nil }
        return Double(record.completionTokens) / Double(record.chunks)
    }

    fileprivate var prefillRate: Double? {
        let elapsed = record.firstToken - started
        guard record.promptTokens > 0, elapsed > 0 else { return nil }
        return Double(record.promptTokens) / (Double(elapsed) / 1e9)
    }
}
