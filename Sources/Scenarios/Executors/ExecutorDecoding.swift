// From a scenario's `executor` to one of those there are. Where k6 silently runs something else (an unknown executor
// as constant-vus), this stops.

import Base

extension Executor {
    /// Reads the executor that `group` names and its values.
    ///
    /// - Parameter isCustom: the `custom` form: stages may be JSON text, stage durations must be strings (k6 §10).
    /// - Throws: for an executor that is not in ``all``, a key of another's, a value that is not accepted.
    init(
        _ group: FieldGroup, commonKeys: [String], isCustom: Bool, warnings: inout [String]
    ) throws(ConfigurationError) {
        let kind = try Self.kind(group)
        try Self.requireKeys(group, commonKeys: commonKeys, of: kind)
        var fields = ExecutorFields(group: group, isCustom: isCustom, warnings: warnings)
        defer { warnings = fields.warnings }
        self.init(try kind.init(&fields))
    }

    private static func kind(_ group: FieldGroup) throws(ConfigurationError) -> any ExecutorKind.Type {
        let accepted = "one of " + all.map { $0.name }.joined(separator: ", ")
        guard let field = group["executor"] else { throw group.error("executor is missing; expected \(accepted)") }
        guard case .string(let name) = field.value, let kind = all.first(where: { $0.name == name }) else {
            throw field.rejected(accepted)
        }
        return kind
    }

    private static func requireKeys(
        _ group: FieldGroup, commonKeys: [String], of kind: any ExecutorKind.Type
    ) throws(ConfigurationError) {
        try group.requireKeys(commonKeys + kind.keys) { key in
            if ["startTime", "exec", "tags", "env", "options"].contains(key) {
                return "this key of k6 is not supported"
            }
            let owners = all.filter { $0.keys.contains(key) }.map { $0.name }
            if owners.isEmpty { return nil }
            return "not a key of \(kind.name) but of \(owners.joined(separator: ", ")); "
                + "\(kind.name) has \(kind.keys.joined(separator: ", "))"
        }
    }
}
