// `replica_health.json`: what the job itself sees of its replicas, for whoever cannot reach them. SML's keys.

import FoundationEssentials

package struct ReplicaHealthReport: Sendable, Equatable, Codable {
    package enum Health: String, Sendable, Codable {
        case healthy = "HEALTHY"
        /// It answered, but not that it is well.
        case notResponding = "NOT_RESPONDING"
        /// It did answer once and does no more.
        case error = "ERROR"
        /// It has not answered yet: loading.
        case notDeployed = "NOT_DEPLOYED"
    }

    package struct Replica: Sendable, Equatable, Codable {
        /// Of its first node among the job's nodes.
        package var nodeRank: Int
        package var nodeIP: String
        package var nodeHost: String?
        package var health: Health
        /// Seconds since 1970 when it was healthy last.
        package var lastSeen: Int?

        enum CodingKeys: String, CodingKey {
            case nodeRank = "node_rank", nodeIP = "node_ip", nodeHost = "node_host", health, lastSeen = "last_seen"
        }
    }

    /// Seconds since 1970.
    package var checkedAt: Int
    package var replicas: [Replica]

    enum CodingKeys: String, CodingKey { case checkedAt = "checked_at", replicas }

    /// Nil when `bytes` are no report.
    package init?(json bytes: [UInt8]) {
        guard let report = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = report
    }

    package var isHealthy: Bool { !replicas.isEmpty && replicas.allSatisfy { $0.health == .healthy } }

    /// For people: `1 of 2 replicas healthy`.
    package var description: String {
        "\(replicas.count { $0.health == .healthy }) of \(replicas.count) replica\(replicas.count == 1 ? "" : "s") healthy"
    }
}
