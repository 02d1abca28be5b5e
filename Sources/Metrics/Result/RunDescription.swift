// `sml.run`: the run's description as the head of a records file has it, in the summary's one vocabulary. Only the keys
// differ, so only the keys are changed here, and a member more in the description needs no line of this file.

import FoundationEssentials
import Base

enum RunDescription {
    /// Its members are a scenario's, with keys of their own.
    private static let scenario = "resolvedScenario"
    /// Stands in `sml.counts` as `planned`.
    private static let planned = "plannedArrivals"
    /// Each stands in its own section.
    private static let lanes: Set = ["lanes", "probe"]

    static func json(_ context: RunContext?) -> JSON {
        guard let context, case .object(let members)? = try? JSON(encoding: context) else { return .null }
        return .object(
            members.filter { $0.key != planned && !lanes.contains($0.key) }.map {
                .init(snakeCase($0.key), $0.key == scenario ? $0.value : snakeCase($0.value))
            })
    }

    /// Nil when it is not whole. Reads the keys of `sml.schema` 1 as well, which were those of the records file.
    static func context(_ json: JSON?, planned arrivals: Int64?) -> RunContext? {
        guard case .object(let members)? = json else { return nil }
        var renamed = members.map { member in
            JSON.Member(camelCase(member.key), camelCase(member.key) == scenario ? member.value : camelCase(member.value))
        }
        if let arrivals, json?[planned] == nil { renamed.append(.init(planned, .int(arrivals))) }
        if !renamed.contains(where: { $0.key == scenario }) { renamed.append(.init(scenario, .null)) }
        return try? JSONDecoder().decode(RunContext.self, from: Data(JSON.object(renamed).bytes(indentation: nil)))
    }

    private static func snakeCase(_ value: JSON) -> JSON { value.renamingKeys(snakeCase) }
    private static func camelCase(_ value: JSON) -> JSON { value.renamingKeys(camelCase) }

    /// `preAllocatedVUs` is `pre_allocated_vus`.
    static func snakeCase(_ key: String) -> String {
        var words: [String] = []
        var isUpper = true
        for character in key {
            if character.isUppercase, !isUpper || words.isEmpty { words.append("") }
            if words.isEmpty { words.append("") }
            isUpper = character.isUppercase
            words[words.count - 1] += character.lowercased()
        }
        return words.joined(separator: "_")
    }

    static func camelCase(_ key: String) -> String {
        let words = key.split(separator: "_")
        guard words.count > 1 else { return key }
        return String(words[0]) + words.dropFirst().map { $0 == "vus" ? "VUs" : $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}

extension JSON {
    /// A value of ours, members sorted by key.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
    }

    /// With other keys in every object of it.
    fileprivate func renamingKeys(_ rename: (String) -> String) -> JSON {
        switch self {
        case .object(let members): .object(members.map { .init(rename($0.key), $0.value.renamingKeys(rename)) })
        case .array(let elements): .array(elements.map { $0.renamingKeys(rename) })
        default: self
        }
    }
}
