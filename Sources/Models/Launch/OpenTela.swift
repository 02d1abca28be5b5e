// OpenTela, the network of servers behind an organisation's gateway: a program in the container that starts the
// framework and makes it known. It is used where the environment has it, and a launch is complete without it.

import Base
import Submit

package struct OpenTela: Sendable, Equatable {
    /// The peer to join at, a multiaddress.
    package var bootstrapAddress: String
    /// Its development version instead of the one in production.
    package var isDevelopment: Bool

    /// What SML joins.
    package static let standardAddress = "/ip4/148.187.108.178/tcp/43905/p2p/QmbUKJkCfotDzbFE5uoTsXD4GRyPHjzZC1f2yAGLoeBMn9"

    /// - Throws: ``SubmitError/usage(_:)`` that names `option`.
    package init(
        bootstrapAddress: String = standardAddress, isDevelopment: Bool = false, option: String = "--opentela-bootstrap-addr"
    ) throws {
        guard bootstrapAddress.hasPrefix("/"), bootstrapAddress.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F })
        else {
            throw SubmitError.usage(
                "\(option): \(JSON.string(bootstrapAddress).shown) is not accepted; expected a multiaddress, e.g. \(Self.standardAddress)"
            )
        }
        self.bootstrapAddress = bootstrapAddress
        self.isDevelopment = isDevelopment
    }

    /// In the container, without the architecture.
    var program: String { "/opentelabin/\(isDevelopment ? "dev" : "prod")/otela-" }
}
