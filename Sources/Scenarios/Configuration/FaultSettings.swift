// `on_429`, `stop_on` and `response_limit` of a scenario: what a run does about a server that misbehaves.

import Base

struct FaultSettings {
    static let keys = ["on_429", "stop_on", "response_limit"]

    var policy = FaultPolicy()
    var responseLimit = Plan.Standard.responseLimit

    init(_ group: FieldGroup) throws(ConfigurationError) {
        if let field = group["on_429"] {
            let accepted = "one of " + TooManyRequestsPolicy.allCases.map(\.rawValue).joined(separator: ", ")
            guard case .string(let text) = field.value, let policy = TooManyRequestsPolicy(rawValue: text) else {
                throw field.rejected(accepted)
            }
            self.policy.onTooManyRequests = policy
        }
        if let field = group["stop_on"] {
            let rules = try field.group("{errors: \"50% for 30s\"}")
            try rules.requireKeys(["errors"])
            policy.errorLimit = try rules["errors"].map { (field) throws(ConfigurationError) in
                try Self.errorLimit(field)
            }
        }
        if let field = group["response_limit"] {
            let most = Int(Int32.max)
            responseLimit = try field.integer(1024...most, "a whole number of bytes from 1024 to \(most)")
        }
    }

    /// `50% for 30s`.
    private static func errorLimit(_ field: Field) throws(ConfigurationError) -> ErrorLimit {
        let accepted = "a share of more than 0% and up to 100%, and a time from 1s to 10000d, such as \"50% for 30s\""
        let words = try field.text(accepted).split(separator: " ")
        guard words.count == 3, words[1] == "for", words[0].last == "%",
            let percent = Double(words[0].dropLast()), percent > 0, percent <= 100,
            let window = DurationGrammar.parse(String(words[2])), !window.isBareNumber, window.duration >= .seconds(1)
        else { throw field.rejected(accepted) }
        return ErrorLimit(share: percent / 100, window: window.duration)
    }
}

extension ErrorLimit {
    /// As a scenario writes it.
    package var text: String {
        "\(JSONText.javaScriptNumber(share * 100))% for \(DurationGrammar.format(window))"
    }
}
