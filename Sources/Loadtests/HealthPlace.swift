// Where a server's health can be asked. An answer proves something about the test only where it comes the way the load will
// go: a laptop outside the cluster cannot reach its nodes, and `localhost` is another machine for everybody who asks.

import Base
import Health
import HTTPClient
import Submit

package enum HealthPlace: Sendable, Equatable {
    case here
    /// The job asks before it begins; why.
    case inJob(String)

    /// Before anything is asked.
    ///
    /// - Parameter waitsInJob: what the user says of it.
    init(server: String, waitsInJob: Bool?) {
        if waitsInJob == true {
            self = .inJob("as --wait-in-job says")
        } else if waitsInJob == nil, Self.isLoopback(Self.host(server)) {
            self = .inJob("\(Self.host(server)) is the machine of whoever asks")
        } else {
            self = .here
        }
    }

    /// After the first answer from here, or its absence.
    static func after(_ health: ModelHealth, server: String, isFar: Bool, waitsInJob: Bool?) -> HealthPlace {
        guard isFar, waitsInJob == nil, case .unreachable(let reason) = health else { return .here }
        return .inJob("\(host(server)) cannot be reached from here (\(reason)), which proves nothing about the cluster")
    }

    private static func host(_ server: String) -> String {
        let rest = server.firstRange(of: "://").map { server[$0.upperBound...] } ?? server[...]
        let authority = rest.prefix { $0 != "/" }
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }

    private static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost") || name == "::1"
            || (name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." })
    }
}

extension PreparedLoadtest {
    /// Waits for the model's health where that can be done from here.
    ///
    /// - Returns: how long the job is to wait for the server; nil when it need not.
    /// - Throws: ``SubmitError/notReady(_:)`` at the time limit; `CancellationError` when the task is cancelled.
    package func waitUntilHealthy(_ name: String) async throws -> Duration? {
        var place = HealthPlace(server: serverURL, waitsInJob: request.waitsInJob)
        if case .here = place {
            let probe = healthProbe(name)
            var first: ModelHealth? = try await probe()
            if let first { place = .after(first, server: serverURL, isFar: file.launcher == .firecrest, waitsInJob: request.waitsInJob) }
            if case .here = place {
                try await ModelReadiness.wait(
                    timeout: request.readyTimeout,
                    probe: {
                        defer { first = nil }
                        if let first { return first }
                        return try await probe()
                    }, say: { say($0) })
                return nil
            }
        }
        guard case .inJob(let reason) = place else { return nil }
        let limit = waitInJob
        say("Model health is asked by the job, which waits up to \(DurationGrammar.format(limit)) for the server: \(reason).")
        return limit
    }

    /// Of the job's time, what its plan does not need; a minute at least.
    private var waitInJob: Duration {
        let spare = settings.jobTime.duration - JobTime.needed(for: plan, nodes: settings.nodes, repeats: settings.repeats).duration
        return min(request.readyTimeout, max(.seconds(60), spare))
    }

    /// Of a model that was launched and found healthy by its own account, from a machine that may not reach it.
    var plannedWaitOfFarModel: Duration? { request.waitsInJob == false ? nil : waitInJob }

    /// What a dry run shows: nothing is asked.
    package var plannedWaitInJob: Duration? {
        guard request.waitsUntilHealthy, model != nil, case .inJob = HealthPlace(server: serverURL, waitsInJob: request.waitsInJob)
        else { return nil }
        return waitInJob
    }
}
