// The desktop's keyring through `secret-tool`, with the attributes Python's keyring library uses, so that this `sml`
// and the Python one read each other's entries. The secret goes through standard input and output, never through a
// command line.

import Base
import Subprocess

struct DesktopKeyring: SecretStore {
    static let service = "swiss_ai_model_launch"
    let place = "the desktop keyring"
    private let program: String
    private let environment: [String: String]

    /// nil without `secret-tool` or without a session bus, where it could only fail.
    init?(environment: [String: String]) {
        let hasBus =
            environment["DBUS_SESSION_BUS_ADDRESS"].map { !$0.isEmpty } ?? false
            || environment["XDG_RUNTIME_DIR"].map { FileLook.isThere($0 + "/bus") } ?? false
        guard hasBus, let program = ExternalProgram.find("secret-tool", environment: environment) else { return nil }
        self.program = program
        self.environment = environment
    }

    /// A locked keyring asks on the desktop for its password; whoever is asked gets a minute.
    private static let patience = Duration.seconds(60)

    func read(_ name: String) async throws -> String? {
        let answer = try await ExternalProgram.run(
            program, ["lookup", "service", Self.service, "username", name], environment: environment,
            timeout: Self.patience)
        // secret-tool says nothing and exits with 1 when there is no such entry.
        guard answer.exitCode == 0 else {
            if answer.exitCode == 1, answer.errors.isEmpty { return nil }
            throw SubmitError.notConfigured("secret-tool lookup: \(answer.reason)")
        }
        return answer.output.isEmpty ? nil : answer.output
    }

    func write(_ name: String, _ secret: String) async throws {
        let answer = try await ExternalProgram.run(
            program,
            [
                "store", "--label=Password for '\(name)' on '\(Self.service)'", "service", Self.service, "username",
                name, "application", "Python keyring library",
            ], input: secret, environment: environment, timeout: Self.patience)
        guard answer.exitCode == 0 else { throw SubmitError.notConfigured("secret-tool store: \(answer.reason)") }
    }
}
