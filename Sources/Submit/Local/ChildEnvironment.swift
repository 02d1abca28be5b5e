// What of our environment a child gets: everything but the secrets it has no use for. Anybody of the same user, and root,
// can read a process's environment for as long as it lives.

import Base
import Subprocess

enum ChildEnvironment {
    /// Without our secrets, and without what the run configuration says already: the API key, the seed and the system prompt,
    /// whose variables would win over options.
    static func generator(adding variables: [String: String]) -> Environment {
        var changes = Dictionary(uniqueKeysWithValues: variables.map { (key($0.key), Optional($0.value)) })
        for name in Secrets.variables + ["PROMPT_SEED", "SYSTEM_PROMPT"] { changes[key(name)] = .some(nil) }
        return .inherit.updating(changes)
    }

    /// Without any secret.
    static func endpoint() -> Environment {
        let names = ProcessVariables.all.keys.filter {
            $0.hasPrefix("K6_PROMETHEUS_RW_") || $0 == "SML_LOADTEST_METRICS_REMOTE_WRITE_URL"
        }
        return .inherit.updating(
            Dictionary(uniqueKeysWithValues: (names + Secrets.variables).map { (key($0), .none) }))
    }

    /// For a program of the system, which needs our secrets even less: everything of `environment`, or ours, but them.
    static func system(_ environment: [String: String]? = nil) -> Environment {
        let own = environment ?? ProcessVariables.all
        let kept = own.filter { !Secrets.variables.contains($0.key) }
        return .custom(Dictionary(uniqueKeysWithValues: kept.map { (key($0.key), $0.value) }))
    }

    private static func key(_ name: String) -> Environment.Key { Environment.Key(stringLiteral: name) }
}
