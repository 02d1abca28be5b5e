// A catalogue file into entries. The keys are SML's; a list of entries is a file as SML has it, and an object may add
// where the weights are.

import Base
import Scenarios
import Submit

struct CatalogReader {
    let file: String
    let origin: DefinitionOrigin

    /// Where SML keeps weights.
    static let registry = "/capstor/store/cscs/swissai/infra01/hf_models/models"

    func entries(_ value: JSON) throws -> [CatalogEntry] {
        var registry = Self.registry
        var list = value
        if case .object(let members) = value {
            list = .array([])
            for member in members {
                switch member.key {
                case "registry": registry = try text(member, "registry")
                case "models": list = member.value
                default: throw failure(member.key, "is unknown; known are registry, models")
                }
            }
        }
        guard registry.hasPrefix("/") else {
            throw failure("registry", "\(JSON.string(registry).shown) is not accepted; expected an absolute path")
        }
        guard case .array(let elements) = list else { throw failure("models", "\(list.shown) is not accepted; expected a list of models") }
        return try elements.enumerated().map { try entry($1, path: "models[\($0)]", registry: registry) }
    }

    private func entry(_ value: JSON, path: String, registry: String) throws -> CatalogEntry {
        guard case .object(let members) = value else { throw failure(path, "\(value.shown) is not accepted; expected an object") }
        var model: String?, framework: Framework?, environment: String?, modelPath: String?
        var nodes = 1, arguments = FrameworkArguments(), commands = "", weights: Int?
        // SML writes null for what an entry does not say, and notes of its own with a leading underscore.
        for member in members where member.value != .null && !member.key.hasPrefix("_") {
            let place = "\(path).\(member.key)"
            switch member.key {
            case "model": model = try text(member, place)
            case "framework": framework = try Framework(try text(member, place), option: "\(file): \(place)")
            case "environment": environment = try text(member, place)
            case "nodes_per_replica": nodes = try count(member, place, in: 1...1024)
            case "framework_args":
                arguments = try FrameworkArguments(try text(member, place, mayBeEmpty: true), option: "\(file): \(place)")
            case "pre_launch_cmds": commands = try text(member, place, mayBeEmpty: true)
            case "model_path": modelPath = try text(member, place)
            case "weights_gb": weights = try count(member, place, in: 1...1_000_000)
            default:
                throw failure(
                    place,
                    "is unknown; known are model, framework, environment, nodes_per_replica, framework_args, pre_launch_cmds, model_path, weights_gb"
                )
            }
        }
        guard let model else { throw failure("\(path).model", "is missing") }
        guard let framework else { throw failure("\(path).framework", "is missing; expected sglang or vllm") }
        return CatalogEntry(
            model: model, framework: framework, environment: environment ?? framework.defaultEnvironment, nodesPerReplica: nodes,
            frameworkArguments: arguments, preLaunchCommands: commands, modelPath: modelPath ?? "\(registry)/\(model)", weightsGB: weights,
            origin: origin)
    }

    private func failure(_ path: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(.usage, "\(file): \(path): \(reason)")
    }

    private func text(_ member: JSON.Member, _ path: String, mayBeEmpty: Bool = false) throws -> String {
        guard case .string(let text) = member.value, mayBeEmpty || !text.isEmpty else {
            throw failure(path, "\(member.value.shown) is not accepted; expected text")
        }
        return text
    }

    private func count(_ member: JSON.Member, _ path: String, in range: ClosedRange<Int>) throws -> Int {
        guard case .number(let text) = member.value, let number = Int(text), range.contains(number) else {
            throw failure(
                path, "\(member.value.shown) is not accepted; expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
