// The long part of `--help`: what an answer's time is made of, how it streams, how to ask for failures, what the log
// holds.

enum HelpText {
    static let discussion = """
        Serves POST /v1/chat/completions (whole or streaming), GET /v1/models and GET /health. Prints one line when it \
        listens, "listening on http://HOST:PORT", and stops on SIGTERM or SIGINT with a complete log.

        Time to answer = wait for one of --max-batch places (first in, first out) + --ttft + tokens x \
        --time-per-token. With "ignore_eos": true an answer has exactly max_tokens tokens, else --output-tokens, at \
        most max_tokens. All draws depend on --seed and the request's number alone. A client that goes away does not \
        free its place early.

        With --prefix-cache a prompt whose messages have the same bytes as one of the last N has --cached-ttft instead. \
        --warmup 3:30s makes services that start at the first request take 3 times as long, after 15 s twice, and after \
        30 s what the other options say.

        TIME is 50ms, uniform(20ms,80ms), exponential(50ms) or lognormal(50ms,0.3) (median, sigma), in ns, us, ms, s \
        or m. LENGTH is the same with plain numbers. Time per token is drawn once per request.

        STREAMS ("stream": true) are server-sent events, an event a chunk of HTTP/1.1. Token k, from 0, leaves at \
        arrival + queue + --ttft + k x --time-per-token, a chunk of several with its first, and finish_reason, usage and \
        [DONE] when a whole answer would be due. --jitter and --stall come on top: they hold no place. A client that does \
        not read is waited for. Text is 4 bytes a token, or --answer-bytes shared out.

        FAILURES (--fail MODE:PROBABILITY, or the text [[fail:MODE]] in a prompt):
          status=CODE         an error at once, 400 to 599 (429, 503: Retry-After)
          hang                no answer, ever
        and, when the answer is due:
          reset               TCP reset
          close               connection closed without a byte
          truncated           half of the announced body, then closed
          bad-json            body stops inside an object
          empty-body          200 without a body
          slow-body[=TIME]    body in 20 pieces over TIME (default 1s)
          empty-choices       good answer with "choices": []
        of a stream, after TOKENS tokens (default half of them); other requests are answered well:
          stream-cut[=TOKENS]       connection closed, the body without its end
          stream-reset[=TOKENS]     TCP reset
          stream-error[=TOKENS]     data: {"error": ...}, then [DONE]
          stream-garbage[=TOKENS]   a chunk that is no event, then the rest
          stream-bad-json[=TOKENS]  an event that stops inside an object, then the rest
          stream-no-done            the end of the body without [DONE]
          stream-no-finish          no finish_reason anywhere
        In a stream, reset and close are at the first token, truncated is stream-cut, bad-json stream-bad-json, slow-body \
        the tokens over TIME.

        LOG (--log), CSV, one line per POST /v1/chat/completions:
          sequence            number of the request, from 0
          arrival_ns          CLOCK_MONOTONIC when its first byte was read
          departure_ns        CLOCK_MONOTONIC when the answer's last byte was written
          queue_ns            simulated wait for a place
          service_ns          simulated time in it; due at arrival + queue + service
          prompt_tokens       bytes of message text / 4
          completion_tokens   as in usage; 0 when no usage was sent; of a stream, tokens sent
          status              as sent; 499 client left first; 0 endpoint ended it unanswered
          mode                ok, a failure mode, invalid, unauthorized, queue-full,
                              no-room (body of unannounced length, no memory left),
                              timeout (body did not come in time, 408), or
                              partial (client left inside its request)
          connection          number of the connection, from 0
          first_token_ns      CLOCK_MONOTONIC when a stream's first token was written; 0 without
          last_token_ns       the same of its last
          chunks              chunks with tokens that were written

        BOUNDS
          A connection is not read from while a request of its is in work and more has come, nor while its client \
        leaves answers lying. Bodies over 16 kB are read when --max-buffered has room for them, first come first \
        served. A request's arrival is when it was read. An idle connection stays open for as long as its client wants.

        EXAMPLES
          sml-endpoint --port 8000
          sml-endpoint --ttft 'lognormal(80ms,0.3)' --max-batch 64 --log truth.csv
          sml-endpoint --prefix-cache 1000 --cached-ttft 5ms --warmup 3:30s
          sml-endpoint --tokens-per-chunk 'uniform(1,4)' --stall 50:2s:0.01
          curl -N localhost:8000/v1/chat/completions -d @request.json
          sml-endpoint --ttft 0 --time-per-token 0 --fail status=503:0.01
          API_KEY=... sml-endpoint --api-key-env API_KEY --max-queue 1000

        Exit codes: 0 stopped by a signal, 1 cannot listen or write the log, 64 bad usage.
        """
}
