// Recognises SML's packaged k6 script by what it declares, because the generator does what that script does and runs
// no JavaScript. A copy with additions declares more, and is refused: to ignore somebody's changes silently would be
// to measure something else than they asked for. docs/CONTAINER.md lists what is looked at.

/// SML's packaged script, in any version that sends non-streaming chat completions (k6 §3).
package enum PackagedScript {
    static let modules: Set = ["k6", "k6/http", "k6/metrics", "k6/data", "k6/execution"]
    static let requiredVariables: Set = ["RUN_CONFIG_JSON", "PROMPTS_FILE"]
    static let optionalVariables: Set = ["RUN_LABEL", "PROMPT_SEED", "SYSTEM_PROMPT"]
    static let metrics: Set = [
        "e2e_latency_ms", "tokens_per_second", "prompt_tokens", "completion_tokens", "request_errors", "success_rate",
        "active_requests",
    ]
    static let checks: Set = ["status 200", "has choices"]
    static let path = "/v1/chat/completions"
    static let exports: Set = ["options", "default", "handleSummary"]
    static let options: Set = ["scenarios", "summaryTrendStats"]

    /// - Parameter name: what errors call the script.
    /// - Throws: ``K6Error`` (exit 107) that says what it has or lacks.
    package static func recognise(_ source: String, name: String) throws(K6Error) {
        guard let difference = difference(ScriptDeclarations(ScriptText(source))) else { return }
        throw K6Error(
            .script,
            "\(name): not SML's packaged k6 script (\(difference)), and this k6 runs no JavaScript; to send other "
                + "requests give the scenario a 'request:', or run the script with a real k6")
    }

    /// What is different from the packaged script; nil if nothing is.
    static func difference(_ script: ScriptDeclarations) -> String? {
        func list(_ names: Set<String>) -> String { names.sorted().joined(separator: ", ") }
        func beyond(_ what: String, _ found: Set<String>, _ known: Set<String>) -> String? {
            let other = found.subtracting(known)
            return other.isEmpty ? nil : "it has \(what) \(list(other))"
        }
        func lacks(_ what: String, _ found: Set<String>, _ wanted: Set<String>) -> String? {
            let missing = wanted.subtracting(found)
            return missing.isEmpty ? nil : "it lacks \(what) \(list(missing))"
        }
        let differences = [
            lacks("the variable", script.variables, requiredVariables),
            lacks("the metric", script.metrics, metrics),
            lacks("the check", script.strings, checks),
            lacks("the path", script.paths, [path]),
            lacks("the export", script.exports, exports),
            lacks("the call http.", script.httpCalls, ["post"]),
            beyond("the variable", script.variables, requiredVariables.union(optionalVariables)),
            beyond("the metric", script.metrics, metrics),
            beyond("the path", script.paths, [path]),
            beyond("the export", script.exports, exports),
            beyond("the module", script.modules, modules),
            beyond("the option", script.options, options),
            beyond("the call http.", script.httpCalls, ["post"]),
        ]
        return differences.lazy.compactMap { $0 }.first
    }
}
