// What spreads requests over the replicas of a launch.

import Base
import Scenarios
import Submit

package enum Router: String, Sendable, CaseIterable, CustomStringConvertible {
    /// OpenTela, outside the job, which sees every replica. Where it is disabled, nothing spreads.
    case opentela
    /// SGLang's router, in the job on the first replica's first node. Works with either framework. Started only where
    /// there are several replicas.
    case sglang

    package var description: String { rawValue }

    /// - Parameter text: a router's name, or `yes` or `no` as `--use-router` first had it.
    /// - Throws: ``SubmitError/usage(_:)`` that names `option` and what is accepted.
    package init(_ text: String, option: String) throws {
        switch text {
        case "yes", "true": self = .sglang
        case "no", "false": self = .opentela
        default:
            guard let router = Self(rawValue: text) else {
                throw SubmitError.usage(
                    "\(option): \(JSON.string(text).shown) is not accepted; expected opentela or sglang, or yes (sglang) or no")
            }
            self = router
        }
    }
}
