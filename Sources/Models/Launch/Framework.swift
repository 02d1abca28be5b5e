// The programs that serve a model, and what they call the few things a launch decides itself.

import Base
import Scenarios
import Submit

package enum Framework: String, Sendable, CaseIterable, CustomStringConvertible {
    case sglang, vllm

    package var description: String { rawValue }

    /// - Throws: ``SubmitError/usage(_:)`` that names `option` and the frameworks there are.
    package init(_ text: String, option: String) throws {
        guard let framework = Self(rawValue: text) else {
            throw SubmitError.usage(
                "\(option): \(JSON.string(text).shown) is not accepted; expected "
                    + Self.allCases.map(\.rawValue).joined(separator: " or "))
        }
        self = framework
    }

    /// The packaged environment of this name is used when nothing else is said.
    package var defaultEnvironment: String { rawValue }

    /// As its own documentation starts it.
    var command: String {
        switch self {
        case .sglang: "python3 -m sglang.launch_server"
        case .vllm: "vllm serve"
        }
    }

    /// What it may call the directory with the weights.
    var modelOptions: Set<String> {
        switch self {
        case .sglang: ["--model-path", "--model"]
        case .vllm: ["--model"]
        }
    }

    /// What only the job can know, because it depends on the nodes it is given.
    var reservedOptions: Set<String> {
        switch self {
        case .sglang: ["--dist-init-addr", "--nccl-init-addr", "--nnodes", "--node-rank"]
        case .vllm: ["--nnodes", "--node-rank", "--master-addr", "--master-port", "--headless"]
        }
    }
}
