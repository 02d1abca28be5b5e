// Every flag of `k6 run` (k6 1.7.1), with what becomes of it here. The rule: a flag that says what we do anyway is
// accepted, one that we carry out is carried out, and one that would change what is sent or what is reported is an
// error, never ignored. docs/CONTAINER.md prints this table; a test compares the two.

/// One flag of `k6 run`.
struct K6Flag: Sendable {
    enum Value: Sendable, Equatable {
        /// `--quiet`, `--quiet=false`.
        case none
        /// `--tag a=b`, `--tag=a=b`.
        case required
        /// `--http-debug`, `--http-debug=full`.
        case optional
    }

    enum Treatment: Sendable, Equatable {
        case carriedOut
        /// Accepted without an effect, and why that is right. With `values`, only those; others would need an effect.
        case accepted(String, values: [String] = [])
        /// Exit 255, and why.
        case refused(String)
    }

    let name: String
    var short: Character?
    let value: Value
    let treatment: Treatment
    /// The variable k6 reads when the flag is not given; nil where it has none.
    var variable: String?

    private init(
        _ name: String, short: Character? = nil, _ value: Value, _ treatment: Treatment, variable: String? = nil
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.treatment = treatment
        self.variable = variable
    }

    private static let changesLoad = "it would change the load; the scenario says how much of it there is"
    private static let changesRequests = "it would change the requests"
    private static let changesSummary = "it would change the summary"

    static let all: [K6Flag] = [
        K6Flag("out", short: "o", .required, .carriedOut, variable: "K6_OUT"),
        K6Flag("tag", .required, .carriedOut),
        K6Flag("env", short: "e", .required, .carriedOut),
        K6Flag("summary-export", .required, .carriedOut, variable: "K6_SUMMARY_EXPORT"),
        K6Flag("include-system-env-vars", .none, .carriedOut),
        K6Flag("quiet", short: "q", .none, .carriedOut),
        K6Flag("no-thresholds", .none, .carriedOut, variable: "K6_NO_THRESHOLDS"),
        K6Flag("help", short: "h", .none, .carriedOut),

        K6Flag("verbose", short: "v", .none, .accepted("there is nothing more to say")),
        K6Flag("no-color", .none, .accepted("a log never has colours")),
        K6Flag("no-usage-report", .none, .accepted("nothing is ever reported to anybody"), variable: "K6_NO_USAGE_REPORT"),
        K6Flag("no-setup", .none, .accepted("SML's script has no setup()"), variable: "K6_NO_SETUP"),
        K6Flag("no-teardown", .none, .accepted("SML's script has no teardown()"), variable: "K6_NO_TEARDOWN"),
        K6Flag(
            "summary-mode", .required, .accepted("SML's script writes its own", values: ["compact", "full", "legacy"]),
            variable: "K6_SUMMARY_MODE"),
        K6Flag("address", short: "a", .required, .accepted("there is no control server")),
        K6Flag("profiling-enabled", .none, .accepted("there is no control server")),
        K6Flag("compatibility-mode", .required, .accepted("no JavaScript is run"), variable: "K6_COMPATIBILITY_MODE"),
        K6Flag("type", short: "t", .required, .accepted("SML's script is JavaScript", values: ["js"]), variable: "K6_TYPE"),
        K6Flag("batch", .required, .accepted("SML's script sends no batches"), variable: "K6_BATCH"),
        K6Flag("batch-per-host", .required, .accepted("SML's script sends no batches"), variable: "K6_BATCH_PER_HOST"),
        K6Flag("max-redirects", .required, .accepted("ten are followed", values: ["10"]), variable: "K6_MAX_REDIRECTS"),
        K6Flag("log-output", .required, .accepted("messages go to stderr", values: ["stderr"]), variable: "K6_LOG_OUTPUT"),
        K6Flag("log-format", .required, .accepted("messages are lines of text", values: ["text", "raw"]), variable: "K6_LOG_FORMAT"),
        K6Flag("traces-output", .required, .accepted("there are no traces", values: ["none"]), variable: "K6_TRACES_OUTPUT"),

        K6Flag("vus", short: "u", .required, .refused(changesLoad), variable: "K6_VUS"),
        K6Flag("duration", short: "d", .required, .refused(changesLoad), variable: "K6_DURATION"),
        K6Flag("iterations", short: "i", .required, .refused(changesLoad), variable: "K6_ITERATIONS"),
        K6Flag("stage", short: "s", .required, .refused(changesLoad), variable: "K6_STAGES"),
        K6Flag("rps", .required, .refused(changesLoad), variable: "K6_RPS"),
        K6Flag("min-iteration-duration", .required, .refused(changesLoad), variable: "K6_MIN_ITERATION_DURATION"),
        K6Flag(
            "execution-segment", .required, .refused("for a part of a plan there is sml-loadgen --task"), variable: "K6_EXECUTION_SEGMENT"),
        K6Flag(
            "execution-segment-sequence", .required, .refused("for a part of a plan there is sml-loadgen --task"),
            variable: "K6_EXECUTION_SEGMENT_SEQUENCE"),
        K6Flag("paused", short: "p", .none, .refused("there is no control server that could resume it"), variable: "K6_PAUSED"),
        K6Flag("linger", short: "l", .none, .refused("there is no control server to wait for"), variable: "K6_LINGER"),
        K6Flag("user-agent", .required, .refused(changesRequests), variable: "K6_USER_AGENT"),
        K6Flag(
            "insecure-skip-tls-verify", .none, .refused("certificates are always checked; SSL_CERT_FILE names other authorities"),
            variable: "K6_INSECURE_SKIP_TLS_VERIFY"),
        K6Flag("no-connection-reuse", .none, .refused(changesRequests), variable: "K6_NO_CONNECTION_REUSE"),
        K6Flag("no-vu-connection-reuse", .none, .refused(changesRequests), variable: "K6_NO_VU_CONNECTION_REUSE"),
        K6Flag("discard-response-bodies", .none, .refused("every answer would count as failed"), variable: "K6_DISCARD_RESPONSE_BODIES"),
        K6Flag("throw", short: "w", .none, .refused("it would change what counts as an iteration"), variable: "K6_THROW"),
        K6Flag("blacklist-ip", .required, .refused(changesRequests), variable: "K6_BLACKLIST_IPS"),
        K6Flag("block-hostnames", .required, .refused(changesRequests), variable: "K6_BLOCK_HOSTNAMES"),
        K6Flag("local-ips", .required, .refused(changesRequests), variable: "K6_LOCAL_IPS"),
        K6Flag("dns", .required, .refused(changesRequests), variable: "K6_DNS"),
        K6Flag(
            "http-debug", .optional, .refused("requests hold the API key; sml-loadgen --records keeps one record for each"),
            variable: "K6_HTTP_DEBUG"),
        K6Flag("console-output", .required, .refused("SML's script has no output of its own here"), variable: "K6_CONSOLE_OUTPUT"),
        K6Flag("system-tags", .required, .refused("it would change the series"), variable: "K6_SYSTEM_TAGS"),
        K6Flag("no-summary", .none, .refused("without its summary a run has no result"), variable: "K6_NO_SUMMARY"),
        K6Flag("summary-trend-stats", .required, .refused(changesSummary), variable: "K6_SUMMARY_TREND_STATS"),
        K6Flag("summary-time-unit", .required, .refused(changesSummary), variable: "K6_SUMMARY_TIME_UNIT"),
        K6Flag("config", short: "c", .required, .refused("a configuration file could change the load"), variable: "K6_CONFIG"),
        K6Flag("secret-source", .required, .refused("SML's script reads no secrets from one")),
    ]

    static func named(_ name: String) -> K6Flag? { all.first { $0.name == name } }
    static func named(_ short: Character) -> K6Flag? { all.first { $0.short == short } }
}
