// Our verdict on every recorded case. A case that is not in this table, or twice, fails the test.

extension ValidationCase {
    private static let emptyRun = "it would end without a single request"
    private static let silentlyOther = "k6 silently runs with another value"

    static let table: [ValidationCase] = wholeFiles + prompts + settings + executors + stages

    private static let constant = scenario("constant-vus")
    private static let standard = configuration(constant)

    private static func custom(_ members: String) -> String {
        configuration("null", ("custom", "{\(members)}"))
    }

    // MARK: Files

    private static let wholeFiles: [ValidationCase] = [
        .init(name: "rawempty", verdict: .reject(104), configuration: ""),
        .init(name: "rawbad", verdict: .reject(104), configuration: "xyz"),
        .init(name: "rawnull", verdict: .reject(104), configuration: "null"),
        .init(name: "rawlist", verdict: .reject(104), configuration: "[]"),
        .init(name: "raw_empty_obj", verdict: .reject(104), configuration: "{}"),
        .init(name: "scendef_null", verdict: .reject(104), configuration: configuration("null")),
        .init(
            name: "both", verdict: .reject(104),
            configuration: configuration(constant, ("custom", scenario("constant-vus")))),
        .init(
            name: "custom_only", verdict: .accept,
            configuration: custom(#""executor":"constant-vus","vus":2,"duration":"1s""#)),
        .init(name: "custom_no_exec", verdict: .reject(104), configuration: custom(#""vus":2,"duration":"1s""#)),
        .init(
            name: "custom_stages_str", verdict: .accept,
            configuration: custom(
                #""executor":"ramping-vus","startVUs":0,"stages":"[{\"duration\":\"1s\",\"target\":1}]""#)),
        .init(
            name: "custom_stages_bad", verdict: .reject(104),
            configuration: custom(#""executor":"ramping-vus","stages":[]"#)),
        .init(
            name: "custom_stage_numdur", verdict: .reject(104),
            configuration: custom(#""executor":"ramping-vus","stages":[{"duration":1000,"target":1}]"#)),
        .init(
            name: "unknown_executor",
            verdict: .stricter(104, why: "k6 silently runs an unknown executor as constant-vus"),
            configuration: configuration(scenario("per-vu-iterations"))),
        .init(
            name: "noexecutor", verdict: .stricter(104, why: "k6 silently runs a missing executor as constant-vus"),
            configuration: configuration(scenario("constant-vus", "executor"))),
        .init(name: "min", verdict: .accept, configuration: #"{"scenario_definition":\#(constant)}"#),
    ]

    // MARK: Corpus

    private static func prompts(_ name: String, _ verdict: Verdict, _ corpus: String?) -> ValidationCase {
        .init(name: name, verdict: verdict, configuration: standard, corpus: corpus)
    }

    private static let prompts: [ValidationCase] = [
        prompts("noprompts", .reject(107), nil),
        prompts("promptsbad", .reject(107), "["),
        prompts("promptsobj", .reject(107), #"{"prompts":[]}"#),
        prompts("promptsempty", .reject(107), "[]"),
        .init(
            name: "filterempty", verdict: .reject(107),
            configuration: configuration(constant, ("prompt_labels", #"["nothing"]"#))),
        .init(
            name: "filterempty_list", verdict: .accept, configuration: configuration(constant, ("prompt_labels", "[]"))),
        .init(
            name: "filterstr", verdict: .stricter(104, why: "k6 silently sends all prompts"),
            configuration: configuration(constant, ("prompt_labels", #""short""#))),
        // k6 exits 0 as well, but sends nothing: the label is fatal for each request.
        prompts("nolabel", .accept, #"[{"content":"hi"}]"#),
        prompts("nulllabel", .accept, #"[{"content":"hi","label":null}]"#),
        prompts("numlabel", .accept, #"[{"content":"hi","label":3}]"#),
        prompts("emptylabel", .accept, #"[{"content":"hi","label":""}]"#),
        prompts(
            "nocontent", .stricter(107, why: "k6 sends a message without content"), #"[{"label":"short"}]"#),
        prompts("bom", .acceptMore(why: "a byte order mark changes nothing"), "\u{FEFF}[{\"content\":\"hi\"}]"),
    ]

    // MARK: Top-level values

    private static func settings(_ key: String, alias: String, _ cases: [(String, Verdict)]) -> [ValidationCase] {
        cases.map { text, verdict in
            .init(
                name: "\(alias)=\(text)", verdict: verdict,
                configuration: configuration(constant, (key, json(python: text))))
        }
    }

    private static func differs(_ why: String) -> Verdict { .stricter(104, why: why) }

    private static let settings: [ValidationCase] = thinkTimes + limits + [promptLimit] + timeouts + seeds + ignoreEOS

    private static let thinkTimes = settings(
        "think_time", alias: "think",
        [
            ("'0'", .accept), ("'0.5'", .accept), ("'abc'", differs("k6 silently thinks 2 s")),
            ("''", differs("k6 silently thinks 2 s")), ("None", .accept),
            ("'-1'", differs("there is no negative sleep; write 0")), ("0", .accept), ("'2s'", .accept),
        ])

    private static let limits = settings(
        "max_tokens", alias: "max_tokens",
        [
            ("None", .accept), ("''", differs("write null or \"prompt\" for each entry's own")),
            ("'abc'", differs("k6 sends null")), ("'12abc'", differs("k6 sends 12")),
            ("0", differs("k6 takes 0 for each entry's own, but \"0\" for 0")),
            ("'0'", differs("no server can answer with 0 tokens")), ("5", .accept),
            ("'-3'", differs("k6 sends -3")), ("'1e3'", differs("k6 sends 1")),
        ])

    private static let promptLimit = ValidationCase(
        name: "max_tokens='prompt'", verdict: .accept,
        configuration: configuration(constant, ("max_tokens", #""prompt""#)),
        otherBody: (
            body: ##"{"model":"org/test-model","messages":[{"role":"user","content":"#9 tok136 tok296 tok429 "##
                + ##"tok147 tok553"}],"max_tokens":64,"temperature":1,"stream":false}"##,
            why: "k6 sends null where the word means each entry's own limit"
        ))

    private static let timeouts = settings(
        "request_timeout", alias: "timeout",
        [
            ("None", .accept), ("'500ms'", .accept), ("'1'", .accept), ("'1500'", .accept), ("2", .accept),
            ("'2'", .accept), ("'1m30s'", .accept), ("'abc'", differs("in k6 every request fails")),
            ("''", differs("in k6 every request fails")), ("'0s'", differs("in k6 every request times out")),
            ("'-1s'", differs("in k6 every request times out")), ("'1d'", .accept), ("'1.5h'", .accept),
        ])

    private static let seeds = settings(
        "prompt_seed", alias: "seed",
        [
            ("None", .accept), ("'3'", .accept), ("'abc'", differs(silentlyOther)), ("-1", .accept),
            ("4294967301", .accept), ("1.9", differs(silentlyOther)), ("'0x10'", differs(silentlyOther)),
        ])

    private static let ignoreEOS = settings(
        "ignore_eos", alias: "eos",
        [
            ("True", .accept), ("'true'", differs("k6 silently does not ignore them")),
            ("1", differs("k6 silently does not ignore them")), ("False", .accept), ("None", .accept),
        ])

    // MARK: Executors

    private static func executors(
        _ base: String, _ key: String, alias: String? = nil, _ verdict: Verdict, _ texts: [String]
    ) -> [ValidationCase] {
        texts.map { text in
            .init(
                name: "\(alias ?? key)=\(text)", verdict: verdict,
                configuration: configuration(scenario(base, key, json(python: text))))
        }
    }

    private static func vuLimits(_ pre: String, _ most: String, _ verdict: Verdict) -> ValidationCase {
        let base = scenario("constant-arrival-rate", "maxVUs", json(python: most))
        let parts = base.split(separator: ",").map { part in
            part.hasPrefix("\"preAllocatedVUs\"") ? "\"preAllocatedVUs\":\(json(python: pre))" : String(part)
        }
        return .init(
            name: "pre=\(pre),max=\(most)", verdict: verdict, configuration: configuration(parts.joined(separator: ",")))
    }

    private static let executors: [ValidationCase] = durations + users + rates + timeUnits + limitsOfVUs + starts

    private static let durations =
        executors(
            "constant-vus", "duration", alias: "dur", .accept,
            [
                "'1s'", "'1000ms'", "'1000'", "'1000.5'", "1000", "'0m1s'", "'1h'", "'1m30s'", "None", "'1s500ms'",
                "'1d0h'",
            ])
        + executors(
            "constant-vus", "duration", alias: "dur", .reject(104),
            ["'0.5s'", "'abc'", "''", "'-5s'", "' 1s'", "'1S'", "'0'", "'.9s'", "'1us'", "'999ms'"])

    private static let users =
        executors("constant-vus", "vus", .accept, ["1", "'2'", "1.0", "None"])
        + executors("constant-vus", "vus", .reject(104), ["0", "-1", "1.5", "'abc'"])

    private static let rates =
        executors("constant-arrival-rate", "rate", .accept, ["5", "'5'", "None"])
        + executors("constant-arrival-rate", "rate", differs(silentlyOther), ["0", "-1", "2.9", "'abc'", "'5x'"])

    private static let timeUnits =
        executors("constant-arrival-rate", "timeUnit", .accept, ["'1s'", "'500ms'", "None", "1", "1000", "'1m'"])
        + executors("constant-arrival-rate", "timeUnit", .reject(104), ["'0s'", "'abc'"])

    private static let limitsOfVUs = [
        vuLimits("2", "1", .reject(104)), vuLimits("0", "5", .reject(104)), vuLimits("None", "None", .accept),
        vuLimits("3", "None", .accept), vuLimits("None", "3", .reject(104)), vuLimits("'2'", "'3'", .accept),
    ]

    private static let starts =
        executors("ramping-vus", "startVUs", .accept, ["0", "None", "'2'"])
        + executors("ramping-vus", "startVUs", .reject(104), ["-1", "1.5"])
        + executors("ramping-arrival-rate", "startRate", .accept, ["None", "'2'"])
        + executors("ramping-arrival-rate", "startRate", differs(silentlyOther), ["0", "-1", "1.5"])
        + executors("ramping-vus", "gracefulRampDown", .accept, ["'1s'", "1000", "None"])
        + executors("ramping-vus", "gracefulRampDown", .reject(104), ["'abc'"])
        + executors(
            "ramping-vus", "gracefulRampDown", differs("a negative time has no meaning"), ["'-1s'"])

    // MARK: Stages

    private static func both(_ text: String, _ verdict: Verdict) -> [ValidationCase] {
        [("rv", "ramping-vus"), ("ra", "ramping-arrival-rate")].map { alias, base in
            .init(
                name: "\(alias) stages=\(text)", verdict: verdict,
                configuration: configuration(scenario(base, "stages", json(python: text))))
        }
    }

    private static let acceptedStages = [
        "[{'duration': 1000, 'target': 1}]", "[{'duration': '1s', 'target': '2'}]",
        "[{'duration': '0s', 'target': 2}, {'duration': '1s', 'target': 2}]", "[{'duration': '1s', 'target': 0}]",
    ]

    private static let refusedStages = [
        "[]", "None", "[{}]", "[{'duration': '1s'}]", "[{'target': 1}]", "[{'duration': '1s', 'target': -1}]",
        "[{'duration': '-1s', 'target': 1}]", "[{'duration': '1s', 'target': 1.5}]",
        "[{'duration': '1s', 'target': 1, 'extra': 1}]", "'abc'",
    ]

    private static let stages: [ValidationCase] =
        acceptedStages.flatMap { both($0, .accept) } + refusedStages.flatMap { both($0, .reject(104)) }
        + both("[{'duration': '0s', 'target': 1}]", differs(emptyRun)) + oddStages

    private static let oddStages: [ValidationCase] = [
        .init(
            name: "rv nostages", verdict: .reject(104), configuration: configuration(scenario("ramping-vus", "stages"))),
        // Despite its name the recording shows a stage of 500 ms.
        .init(
            name: "ra 0.1d", verdict: .accept,
            configuration: configuration(
                scenario("ramping-arrival-rate", "stages", #"[{"duration":"0.5s","target":5}]"#))),
    ]
}
