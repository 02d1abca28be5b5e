// The real thing: gnome-keyring on a session bus of its own, through `sml`'s own code and through secret-tool.

import Foundation
import TestSupport
import Testing

@testable import Submit

/// A session bus with an unlocked keyring, for one test.
private final class KeyringSession {
    static let programs = ["/usr/bin/dbus-daemon", "/usr/bin/gnome-keyring-daemon", "/usr/bin/secret-tool"]
    static var isInstalled: Bool { programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) } }

    let environment: [String: String]
    private let scratch: ScratchDirectory
    private let bus: ChildProcess
    private let daemon: ChildProcess

    init() async throws {
        let scratch = try ScratchDirectory()
        self.scratch = scratch
        let socket = scratch.file("bus")
        let address = "unix:path=\(socket)"
        // A bus that starts no services by itself: the first question would start a second keyring, a locked one.
        let configuration = try scratch.write(
            "bus.conf",
            """
            <busconfig><type>session</type><listen>\(address)</listen><policy context="default">
            <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
            </policy></busconfig>
            """)
        bus = try ChildProcess([Self.programs[0], "--config-file=\(configuration)", "--nofork", "--nopidfile"])
        guard await eventually({ FileManager.default.fileExists(atPath: socket) }) else {
            throw SpawnFailure(description: "no session bus")
        }
        let variables = [
            "HOME=\(scratch.path)", "XDG_RUNTIME_DIR=\(scratch.path)", "XDG_DATA_HOME=\(scratch.path)/data",
            "DBUS_SESSION_BUS_ADDRESS=\(address)",
        ]
        daemon = try ChildProcess(
            ["/usr/bin/env", "-i"] + variables + [Self.programs[1], "--foreground", "--unlock", "--components=secrets"],
            log: scratch.file("log"), input: Array("password\n".utf8), closingInput: true)
        environment = ["PATH": "/usr/bin", "HOME": scratch.path, "DBUS_SESSION_BUS_ADDRESS": address]
        let variable = environment
        guard await eventually({ try! await Self.tool(["store", "--label=x", "ready", "yes"], "x", variable) == 0 }) else {
            throw SpawnFailure(description: "the keyring does not answer")
        }
    }

    private static func tool(_ arguments: [String], _ input: String, _ environment: [String: String]) async throws -> Int32 {
        try await ExternalProgram.run(
            programs[2], arguments, input: input, environment: environment, timeout: .seconds(10)
        ).exitCode
    }
}

@Suite(.timeLimit(.minutes(15)), .enabled(if: KeyringSession.isInstalled)) struct DesktopKeyringTests {
    @Test func keepsAndFindsASecretAsPythonDoes() async throws {
        let session = try await KeyringSession()
        let keyring = try #require(DesktopKeyring(environment: session.environment))
        #expect(try await keyring.read("swissai_research_api_key") == nil)
        try await keyring.write("swissai_research_api_key", "sk-ü '\"$(x)")
        #expect(try await keyring.read("swissai_research_api_key") == "sk-ü '\"$(x)")
        try await keyring.write("swissai_research_api_key", "sk-2")
        #expect(try await keyring.read("swissai_research_api_key") == "sk-2")
        let answer = try await ExternalProgram.run(
            "/usr/bin/secret-tool", ["search", "--all", "service", "swiss_ai_model_launch"],
            environment: session.environment, timeout: .seconds(10))
        // The attributes go to stderr in some versions. Replaced, not added.
        let shown = answer.output + answer.errors
        #expect(shown.contains("attribute.username = swissai_research_api_key"))
        #expect(shown.contains("attribute.application = Python keyring library"))
        #expect(shown.components(separatedBy: "secret = ").count == 2)
    }

    @Test func withoutABusThereIsNone() {
        #expect(DesktopKeyring(environment: ["PATH": "/usr/bin", "HOME": "/"]) == nil)
    }

    @Test func aDeadBusIsSaidAndNotWaitedFor() async throws {
        let environment = ["PATH": "/usr/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        let keyring = try #require(DesktopKeyring(environment: environment))
        let error = await #expect(throws: SubmitError.self) { try await keyring.read("x") }
        #expect(error?.description.hasPrefix("secret-tool lookup: ") == true)
    }
}
