// `replica_health.json`, which the model's job writes about its replicas: SML's file in SML's form. It is asked inside
// the job, without the way through the gateway, so it tells a model that does not load from one that is not reached.

import Foundation

/// How many of a model's replicas are healthy.
struct ReplicaReport: Sendable, Equatable {
    var healthy: Int
    var all: Int

    /// Nil when `json` is no report. A later version may hold more.
    init?(json: [UInt8]) {
        struct File: Decodable {
            struct Replica: Decodable { var health: String }
            var replicas: [Replica]
        }
        guard let file = try? JSONDecoder().decode(File.self, from: Data(json)), !file.replicas.isEmpty else { return nil }
        healthy = file.replicas.count { $0.health == "HEALTHY" }
        all = file.replicas.count
    }

    var shown: String { "\(healthy) of \(all) replicas healthy" }
}
