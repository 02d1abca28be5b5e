// One system behind a FirecREST, checked: it exists and the user is known there. Everything a run does there goes
// through this. Jobs are in `FirecRESTCluster+Jobs.swift`, files in `FirecRESTCluster+Files.swift`.

import HTTPClient

struct FirecRESTCluster: Sendable {
    let client: FirecRESTClient
    let system: FirecRESTSystem
    /// Names of all systems of this FirecREST.
    let systems: [String]
    let user: FirecRESTUser
    /// Charged with transfer jobs, and with jobs that name none.
    let account: String
    let pace: FirecRESTPace

    /// Absolute, on the cluster; holds runs and `logs/`.
    var directory: String { system.directory(user: user.name) }

    /// Asks for systems and user, and checks what was chosen.
    ///
    /// - Parameter account: nil for the user's primary group, as SML.
    /// - Throws: ``SubmitError/usage(_:)`` for a missing or unknown name, listing the known ones; ``FirecRESTError``.
    static func open(
        _ client: FirecRESTClient, system name: String?, account: String? = nil, pace: FirecRESTPace = FirecRESTPace()
    ) async throws -> FirecRESTCluster {
        let systems = try await client.read(.systems, FirecRESTSystem.list)
        let known = systems.map(\.name)
        func rejected(_ reason: String) -> SubmitError {
            .usage("--firecrest-system: \(reason); known are \(known.joined(separator: ", "))")
        }
        guard let name else { throw rejected("is missing; pass it or set SML_SYSTEM") }
        // The server itself puts paths into lower case.
        guard let system = systems.first(where: { $0.name == name }) ?? systems.first(where: { $0.name.lowercased() == name.lowercased() })
        else { throw rejected("\"\(name)\" does not exist") }
        let user = try await client.read(.userInfo(system.name), FirecRESTUser.init)
        return FirecRESTCluster(
            client: client, system: system, systems: known, user: user, account: account ?? user.group, pace: pace)
    }
}

/// How long things are waited for; tests are less patient.
struct FirecRESTPace: Sendable {
    /// Between two looks for a job that may or may not have been submitted. A job can be unknown for about 30 s after
    /// its submission, so only after that is it surely not there.
    var lookups: [Duration] = [.seconds(2), .seconds(5), .seconds(10), .seconds(20)]
    /// For how long after its submission an unknown transfer job means "not known yet".
    var unknownJob = Duration.seconds(30)
    /// Between two looks at a transfer job.
    var transferPoll = Duration.seconds(5)
    /// After which a user who waits hears of it.
    var transferNews = Duration.seconds(5)
    /// The most a transfer job may take, queue included.
    var transferLimit = Duration.seconds(3600)
    /// Between tries on a presigned URL.
    var presignedPauses: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8)]
}

extension FirecRESTClient {
    /// The answer to `call`, read.
    func read<Value: Sendable>(
        _ call: FirecRESTCall, _ reader: (HTTPResponse) throws(UnexpectedAnswer) -> Value
    ) async throws -> Value {
        let response = try await send(call)
        do throws(UnexpectedAnswer) {
            return try reader(response)
        } catch {
            throw FirecRESTError.unexpected(call: call.shown, reason: error.description)
        }
    }

    /// The same, nil when the server answers that there is no such thing.
    func readIfPresent<Value: Sendable>(
        _ call: FirecRESTCall, _ reader: (HTTPResponse) throws(UnexpectedAnswer) -> Value
    ) async throws -> Value? {
        do {
            return try await read(call, reader)
        } catch let error as FirecRESTError where error.status == 404 {
            return nil
        }
    }
}
