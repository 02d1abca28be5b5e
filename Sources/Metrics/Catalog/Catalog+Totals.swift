// What the run came to as a whole: requests and tokens a second of the plan's time, how many tokens, how often prompts.

extension Catalog {
    static let rates = [
        Metric(
            .planSeconds, .seconds, .concluded { $0.planSeconds }, absent: "nothing was run",
            "the plan's time: its duration, or until a run that was cut short started nothing any more. What follows after it until the last answer is there is no part of it"
        ),
        Metric(
            .askedPerSecond, .perSecond, .concluded { $0.askedPerSecond },
            absent: "closed loop; a run cut short whose records do not say how many were due",
            "arrivals due in the plan's time / plan's time"),
        Metric(
            .achievedPerSecond, .perSecond, .concluded { $0.achievedPerSecond }, absent: "nothing was run",
            "requests started in the plan's time / plan's time. Below the asked rate by what was dropped or started late"),
        Metric(
            .succeededPerSecond, .perSecond, .concluded { $0.succeededPerSecond }, absent: "nothing was run",
            "succeeded requests that ended in the plan's time / plan's time"),
    ]

    static let totals = [
        Metric(
            .outputTokens, .tokens, .label(.counter { $0.tokens.output.total }), series: "sml_tokens_total",
            seriesLabels: [SeriesLabel("kind", "output")], labels: "`kind` `output`", absent: "no answer said it",
            "sum of `usage.completion_tokens` of succeeded requests; those that did not say are `sml.answers.without_usage`"),
        Metric(
            .inputTokens, .tokens, .label(.counter { $0.tokens.input.total }), series: "sml_tokens_total",
            seriesLabels: [SeriesLabel("kind", "input")], labels: "`kind` `input`", absent: "no answer said it",
            "sum of `usage.prompt_tokens` of succeeded requests; those that did not say are `sml.answers.without_prompt_tokens`"),
        Metric(
            .cachedTokens, .tokens, .label(.counter { $0.tokens.cached.total }), series: "sml_tokens_total",
            seriesLabels: [SeriesLabel("kind", "cached")], labels: "`kind` `cached`", absent: "no answer said it",
            "input tokens that the server had in its cache: sum of `usage.prompt_tokens_details.cached_tokens` of succeeded requests, or of what servers have in its place: `cached_tokens`, `prompt_cache_hit_tokens` (DeepSeek), `cache_read_input_tokens` (Anthropic), `timings.cache_n` (llama.cpp)"
        ),
        Metric(
            .reasoningTokens, .tokens, .label(.counter { $0.tokens.reasoning.total }), series: "sml_tokens_total",
            seriesLabels: [SeriesLabel("kind", "reasoning")], labels: "`kind` `reasoning`", absent: "no answer said it",
            "output tokens of reasoning: sum of `usage.completion_tokens_details.reasoning_tokens` of succeeded requests, or of `usage.reasoning_tokens` (SGLang)"
        ),
        Metric(
            .cachedShare, .share, .run(.number(.gauge) { $0.tokens.cachedShare }), absent: "no answer said it",
            "cached tokens / input tokens of the answers that said how many were cached"),
        Metric(
            .outputPerSecond, .tokensPerSecond, .concluded { $0.outputPerSecond }, absent: "no answer said it",
            "output tokens that fall into the plan's time / plan's time: those of a succeeded request are spread evenly from its start (where the first token of a stream is known, from there) to its end, so that an answer that comes after the plan counts for its part before. Of a run that was cut short everything until its end, if that came before the plan's"
        ),
        Metric(
            .inputPerSecond, .tokensPerSecond, .concluded { $0.inputPerSecond }, absent: "no answer said it",
            "the same of input tokens, in a stream from its start to its first token"),
        Metric(
            .totalPerSecond, .tokensPerSecond, .concluded { $0.tokensPerSecond }, absent: "no answer said one of the two",
            "the sum of both"),
    ]

    static let prompts = [
        Metric(
            .distinctPrompts, .prompts, .run(.counter { $0.prompts.distinct.total }),
            "entries of the corpus that were sent; entries with the same text are several, see `sml.run.corpus.distinct`"),
        Metric(
            "prompts.repeats", .requests, .run(.counter { $0.started.total - min($0.started.total, $0.prompts.distinct.total) }),
            "started requests whose entry of the corpus had been sent before in this run: a server may know the answer, or its beginning"
        ),
        Metric(
            .repeatedFrom, .seconds, .run(.number(.gauge) { $0.prompts.repeatedFrom.map { Double($0) / 1e9 } }),
            absent: "none was sent twice",
            "start of the first of them, from the run's zero"),
    ]
}
