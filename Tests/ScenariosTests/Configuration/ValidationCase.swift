// One recorded case of what SML's script under k6 does with an input, and ours. The case's name tells the input; what
// surrounds it (a constant-vus run of one user for a second, 2,048 tokens) is rebuilt here.

import Scenarios

/// What we do with an input, and why where that differs from k6.
enum Verdict {
    case accept
    /// k6 refuses it.
    case acceptMore(why: String)
    /// Exit code ours; k6 refuses it too.
    case reject(Int32)
    /// k6 runs something.
    case stricter(Int32, why: String)
}

struct ValidationCase {
    var name: String
    var verdict: Verdict
    /// Text of run_config.json.
    var configuration: String
    /// Text of the corpus; nil: no such file.
    var corpus: String? = ValidationCase.corpus
    /// The recorded body is not ours, with the one we send and why.
    var otherBody: (body: String, why: String)?

    /// Twelve prompts; the order of seed 1 starts with number 9, the only one the recordings show.
    static let corpus =
        "["
        + (0..<12).map { index in
            let content = index == 9 ? "#9 tok136 tok296 tok429 tok147 tok553" : "#\(index) text"
            return #"{"label":"short","max_tokens":64,"content":"\#(content)"}"#
        }.joined(separator: ",") + "]"

    /// A scenario, optionally with one key changed. `nil` as the value leaves the key out.
    static func scenario(_ base: String, _ key: String? = nil, _ value: String? = nil) -> String {
        let bases: [String: [(String, String)]] = [
            "constant-vus": [("vus", "1"), ("duration", #""1s""#)],
            "constant-arrival-rate": [
                ("rate", "5"), ("timeUnit", #""1s""#), ("duration", #""1s""#), ("preAllocatedVUs", "2"), ("maxVUs", "2"),
            ],
            "ramping-vus": [("startVUs", "1"), ("stages", #"[{"duration":"1s","target":1}]"#)],
            "ramping-arrival-rate": [
                ("startRate", "5"), ("timeUnit", #""1s""#), ("stages", #"[{"duration":"1s","target":5}]"#),
                ("preAllocatedVUs", "2"), ("maxVUs", "2"),
            ],
        ]
        var members = [("executor", "\"\(base)\"")] + (bases[base] ?? bases["constant-vus"]!)
        if let key {
            members.removeAll { $0.0 == key }
            if let value { members.append((key, value)) }
        }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// A run configuration around a scenario, with further top-level keys.
    static func configuration(_ scenario: String, _ extra: (String, String)...) -> String {
        var members = [
            ("server_url", #""http://127.0.0.1:27411""#), ("model", #""org/test-model""#), ("scenario", #""demo""#),
            ("scenario_definition", scenario), ("think_time", #""0""#), ("max_tokens", #""2048""#),
        ]
        for (key, value) in extra {
            members.removeAll { $0.0 == key }
            members.append((key, value))
        }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// A value as the names of cases write it, in Python's notation, as JSON.
    static func json(python text: some StringProtocol) -> String {
        switch text {
        case "None": "null"
        case "True": "true"
        case "False": "false"
        default: String(text.map { $0 == "'" ? "\"" : $0 })
        }
    }
}
