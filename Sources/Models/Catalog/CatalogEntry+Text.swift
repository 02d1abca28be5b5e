// Entries as a catalogue's file, so that one's own can begin with ours.

import ScenarioFiles
import Base
import Scenarios

extension CatalogEntry {
    package static func text(_ entries: [CatalogEntry]) -> String {
        let text = YAMLFile.text(.object([.init("models", .array(entries.map(\.value)))]))
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    private var value: JSON {
        var members: [JSON.Member] = [.init("model", .string(model)), .init("framework", .string(framework.rawValue))]
        if let weightsGB { members.append(.init("weights_gb", .int(weightsGB))) }
        members += [
            .init("nodes_per_replica", .int(nodesPerReplica)), .init("environment", .string(environment)),
            .init("model_path", .string(modelPath)), .init("framework_args", .string(frameworkArguments.text)),
        ]
        if !preLaunchCommands.isEmpty { members.append(.init("pre_launch_cmds", .string(preLaunchCommands))) }
        return .object(members)
    }
}
