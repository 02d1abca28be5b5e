// The environment variables SML's script reads (k6 §3.1), as a value: the command decides where they come from, tests
// need no process environment.

import Base

package struct RunEnvironment: Sendable, Equatable {
    /// `RUN_LABEL`: wins over the configuration's.
    package var runLabel: String?
    /// What errors call it: the variable, or the option that replaced it.
    package var runLabelName = "RUN_LABEL"
    /// `PROMPT_SEED`: wins over the configuration's and the scenario's.
    package var promptSeed: String?
    /// `SYSTEM_PROMPT`: put before every prompt's messages; wins over the configuration's `system_prompt`. The word `default`,
    /// which stands for a text in SML's script, is replaced by whoever has the script.
    package var systemPrompt: String?

    package init(runLabel: String? = nil, promptSeed: String? = nil, systemPrompt: String? = nil) {
        self.runLabel = runLabel
        self.promptSeed = promptSeed
        self.systemPrompt = systemPrompt
    }

    /// Takes the three variables out of an environment; an empty one counts as unset.
    package init(_ variables: [String: String]) {
        self.init(
            runLabel: variables.filled("RUN_LABEL"), promptSeed: variables.filled("PROMPT_SEED"),
            systemPrompt: variables.filled("SYSTEM_PROMPT"))
    }

    /// - Throws: ``ConfigurationError`` (64) for what is no seed.
    func checkedSeed() throws(ConfigurationError) -> Int64? {
        guard let promptSeed else { return nil }
        guard let seed = Field.promptSeed(promptSeed) else {
            throw ConfigurationError(
                .usage,
                "PROMPT_SEED: \(JSONText.quoted(promptSeed)) is not accepted; expected a whole number from -2^63 to 2^63")
        }
        return seed
    }

    /// Without a script nobody knows what `default` stands for, and a text of ours would be another prompt.
    static func checked(systemPrompt: String?) throws(ConfigurationError) -> String? {
        guard systemPrompt == "default" else { return systemPrompt }
        throw ConfigurationError(
            .usage,
            "SYSTEM_PROMPT: \"default\" stands for the text in SML's k6 script, and no script is read here; give the text itself "
                + "(DEFAULT_SYSTEM_PROMPT in the script)")
    }

    /// A label goes into every series and is shown on terminals.
    func checkedLabel() throws(ConfigurationError) -> String? {
        guard let runLabel, !PrintableText.isAccepted(runLabel) else { return runLabel }
        throw ConfigurationError(
            .usage,
            "\(runLabelName): \(JSON.string(runLabel).shown) is not accepted; "
                + "expected a run label \(PrintableText.accepted)")
    }
}
