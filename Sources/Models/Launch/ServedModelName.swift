// The name a model is served under: `user/vendor/model`. The user's part keeps two users' launches of the same model
// apart, and the gateway in front of a cluster refuses a name whose first part is not who launched it.

import Base
import Scenarios
import Submit

package struct ServedModelName: Sendable, Equatable, CustomStringConvertible {
    package let description: String

    private init(description: String) { self.description = description }

    func with(_ suffix: String) -> ServedModelName { ServedModelName(description: "\(description)-\(suffix)") }

    /// Puts `user/` before a name of one or two parts; one of three or more must begin with it already.
    ///
    /// - Parameter user: the name on the cluster, where the job will run.
    /// - Throws: ``SubmitError/usage(_:)`` that names `option`.
    package init(_ text: String, user: String, option: String) throws {
        func rejected(_ reason: String) -> SubmitError {
            .usage("\(option): \(JSON.string(text).shown) \(reason)")
        }
        let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map { Substring($0) }
        guard text.unicodeScalars.first != "-", parts.allSatisfy({ !$0.isEmpty }),
            text.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.properties.generalCategory != .control })
        else { throw rejected("is not accepted; expected [[user/]vendor/]model without blanks") }
        guard parts.count >= 3 else {
            description = "\(user)/\(text)"
            return
        }
        guard parts[0] == user else {
            throw rejected(
                "begins with \"\(parts[0])\", but the job is \(user)'s; expected \(user)/\(parts.dropFirst().joined(separator: "/"))")
        }
        description = text
    }
}
