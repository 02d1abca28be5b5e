// How much of a machine serves the model: copies and GPUs. It changes nothing of what is sent; a result divides its tokens by it,
// because that is what servers of different size are compared by.

import Base

package struct ServerSize: Codable, Sendable, Equatable {
    /// Copies of the server behind the URL.
    package var replicas: Int?
    /// Of all copies together.
    package var gpus: Int?

    package init(replicas: Int? = nil, gpus: Int? = nil) {
        self.replicas = replicas
        self.gpus = gpus
    }

    package static let most = 1_000_000

    init(_ group: FieldGroup) throws(ConfigurationError) {
        func count(_ key: String) throws(ConfigurationError) -> Int? {
            try group[key]?.integer(1...Self.most, "a whole number from 1 to \(Self.most)")
        }
        self.init(replicas: try count("replicas"), gpus: try count("gpus"))
    }
}
