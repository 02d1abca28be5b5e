// One system behind a FirecREST, checked: it exists, the partition exists, the user is known. Everything a run does
// there goes through this.

import HTTPClient

/// A cluster reached over HTTPS. Jobs are in `FirecRESTCluster+Jobs.swift`, files in `FirecRESTCluster+Files.swift`.
public struct FirecRESTCluster: Sendable {
    let client: FirecRESTClient
    let system: FirecRESTSystem
    public let user: String
    public let account: String
    let pace: FirecRESTPace

    /// Absolute, on the cluster; holds runs and `logs/`.
    public var directory: String { system.directory(user: user) }

    /// Asks for systems, partitions and the user, and checks what was chosen against the answers.
    ///
    /// - Parameters:
    ///   - account: nil for the user's primary group, as SML.
    /// - Throws: ``SubmitError/usage(_:)`` for a missing or unknown name, listing the known ones; ``FirecRESTError``.
    static func open(
        _ client: FirecRESTClient, system: String?, partition: String?, account: String?,
        pace: FirecRESTPace = FirecRESTPace()
    ) async throws -> FirecRESTCluster {
        let systems = try await client.read(.systems, FirecRESTSystem.list)
        let chosen = try choose(system, among: systems.map(\.name), option: "--firecrest-system", variable: "SML_SYSTEM")
        guard let found = systems.first(where: { $0.name == chosen }) else {
            throw SubmitError.usage("--firecrest-system: \"\(chosen)\" does not exist")
        }
        let partitions = try await client.read(.partitions(chosen), FirecRESTPartitions.list)
        _ = try choose(partition, among: partitions, option: "--partition", variable: "SML_PARTITION")
        let user = try await client.read(.userInfo(chosen), FirecRESTUser.init)
        return FirecRESTCluster(
            client: client, system: found, user: user.name, account: account ?? user.group, pace: pace)
    }

    static func choose(_ name: String?, among known: [String], option: String, variable: String) throws -> String {
        let list = known.joined(separator: ", ")
        guard let name else { throw SubmitError.usage("\(option): is missing; pass it or set \(variable); known are \(list)") }
        guard known.contains(name) else { throw SubmitError.usage("\(option): \"\(name)\" does not exist; known are \(list)") }
        return name
    }
}

/// How long things are waited for; tests are less patient.
struct FirecRESTPace: Sendable {
    /// Between two looks for a job that may or may not have been submitted. A job can be unknown for about 30 s after
    /// its submission, so only after that is it safe to submit again.
    var lookups: [Duration] = [.seconds(2), .seconds(5), .seconds(10), .seconds(15)]
    /// For how long a 404 after a submission means "not known yet".
    var unknownJob = Duration.seconds(30)
    /// Between two looks at a transfer job.
    var transferPoll = Duration.seconds(5)
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
}
