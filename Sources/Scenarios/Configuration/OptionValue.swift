// Values that reach us as command-line options. They follow the rules of scenario files, but an error names the option
// that was typed, is bad usage (exit 64), and comes before anything is written or started.

import Base

/// Checks of option values; every error is one line: `--option: "value" is not accepted; expected …`.
package enum OptionValue {
    /// A duration with a unit. A bare number is milliseconds in k6's files; on a command line it is a mistake.
    package static func duration(
        _ text: String, option: String, atLeast least: Duration
    ) throws(ConfigurationError) -> Duration {
        guard let parsed = DurationGrammar.parse(text), !parsed.isBareNumber || parsed.duration == .zero,
            parsed.duration >= least
        else {
            let limit = least > .zero ? ", at least \(DurationGrammar.format(least))" : ""
            throw rejected(text, option, DurationGrammar.accepted + limit)
        }
        return parsed.duration
    }

    /// A whole number in `range`.
    package static func count(
        _ value: Int, option: String, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard range.contains(value) else {
            throw ConfigurationError(
                .usage,
                "\(option): \(value) is not accepted; expected a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return value
    }

    /// What `--loadtest-max-tokens` takes.
    package static func maxTokens(_ text: String, option: String) throws(ConfigurationError) {
        if text == "prompt" { return }
        guard text.first != "+", let count = Int(text), (1...1_000_000_000).contains(count) else {
            throw rejected(text, option, "a whole number from 1 to 1000000000, or prompt")
        }
    }

    /// What `--loadtest-warmup` takes.
    package static func warmUp(_ text: String, option: String) throws(ConfigurationError) {
        if WarmUpRule(text) == nil { throw rejected(text, option, WarmUpRule.accepted) }
    }

    /// What `--loadtest-server-url` takes; a URL with credentials is refused without being repeated.
    package static func serverURL(_ text: String, option: String) throws(ConfigurationError) {
        let field = Field(file: "", path: option, value: .string(text))
        do {
            _ = try ServerURL(field)
        } catch {
            // The field has no file: what stands before the option is ": ".
            throw ConfigurationError(.usage, String(error.description.drop { $0 == ":" || $0 == " " }))
        }
    }

    static func rejected(_ text: String, _ option: String, _ accepted: String) -> ConfigurationError {
        ConfigurationError(
            .usage, "\(option): \(JSON.string(text).shown) is not accepted; expected \(accepted)")
    }
}
