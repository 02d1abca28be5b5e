// `sml init --check`: tries what a run will need, one line each, and says what is wrong instead of stopping at the
// first thing.

import HTTPClient
import Base
import Scenarios

/// What was tried and what came of it.
package struct CheckItem: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        case ok, wrong, skipped
    }

    package var name: String
    package var verdict: Verdict
    package var text: String
}

/// The checks of one configuration.
package struct ConfigurationCheck: Sendable {
    let configuration: ConfigurationFile
    let environment: [String: String]
    let client: HTTPClient
    /// To be tested if given.
    var system: String?
    var partition: String?
    /// Receives a line for each call to FirecREST.
    let trace: (@Sendable (String) -> Void)?

    package init(
        configuration: ConfigurationFile, environment: [String: String], client: HTTPClient, system: String? = nil,
        partition: String? = nil, trace: (@Sendable (String) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.environment = environment
        self.client = client
        self.system = system
        self.partition = partition
        self.trace = trace
    }

    /// - Parameter serverURL: asked whether it accepts the API key.
    package func run(serverURL: String) async throws -> [CheckItem] {
        var items = [CheckItem(name: "configuration", verdict: .ok, text: configuration.path)]
        switch configuration.launcher {
        case .slurm: items += try await slurm()
        case .firecrest: items += try await firecrest()
        }
        items.append(try await key(serverURL: serverURL))
        return items
    }

    private func slurm() async throws -> [CheckItem] {
        var items: [CheckItem] = []
        for program in ["sbatch", "squeue", "sacct", "scancel"]
        where ExternalProgram.find(program, environment: environment) == nil {
            items.append(.init(name: "slurm", verdict: .wrong, text: "\(program) is not on PATH"))
        }
        guard let sinfo = ExternalProgram.find("sinfo", environment: environment) else {
            let text = "sinfo is not on PATH; this launcher works on a login node of the cluster"
            return items + [.init(name: "slurm", verdict: .wrong, text: text)]
        }
        let answer = try await ExternalProgram.run(sinfo, ["-h", "-o", "%P"], environment: environment, timeout: .seconds(15))
        guard answer.exitCode == 0 else {
            return items + [.init(name: "slurm", verdict: .wrong, text: "sinfo: \(answer.reason)")]
        }
        // sinfo marks the default partition with a star.
        let partitions = answer.output.split(separator: "\n").map { $0.last == "*" ? String($0.dropLast()) : String($0) }
        items.append(.init(name: "slurm", verdict: .ok, text: "partitions \(partitions.joined(separator: ", "))"))
        items.append(Self.known(partition, among: partitions, "partition", option: "--partition"))
        return items
    }

    static func known(_ name: String?, among valid: [String], _ title: String, option: String) -> CheckItem {
        guard let name else { return .init(name: title, verdict: .skipped, text: "not given; pass \(option)") }
        return valid.contains(name)
            ? .init(name: title, verdict: .ok, text: name)
            : .init(
                name: title, verdict: .wrong,
                text: "\"\(name)\" does not exist; known are \(valid.joined(separator: ", "))")
    }

    /// `/v1/models` costs the server nothing and refuses a wrong key.
    private func key(serverURL: String) async throws -> CheckItem {
        let title = Secrets.Name.apiKey.title
        let found: Secrets.Found?
        do {
            found = try await Secrets(configuration: configuration, environment: environment).find(.apiKey)
        } catch let error as SubmitError {
            return .init(name: title, verdict: .wrong, text: error.description)
        }
        guard let found else {
            return .init(name: title, verdict: .skipped, text: "none; requests go without one")
        }
        let request = HTTPRequest(
            "GET", "\(ServerURL.root(of: serverURL))/v1/models", headers: [.init("Authorization", "Bearer \(found.value)")],
            timeout: .seconds(10))
        let verdict: CheckItem.Verdict
        let text: String
        do throws(HTTPFailure) {
            let answer = try await client.send(request)
            switch answer.status {
            case 200..<300: (verdict, text) = (.ok, "accepted by \(serverURL)")
            case 401, 403: (verdict, text) = (.wrong, "refused by \(serverURL) with \(answer.status)")
            default: (verdict, text) = (.skipped, "\(serverURL) answered \(answer.status), which says nothing about it")
            }
        } catch {
            if error.kind == .cancelled { throw CancellationError() }
            (verdict, text) = (.wrong, "\(serverURL) not reached: \(Redactor(secrets: [found.value]).line(error.message))")
        }
        return .init(name: title, verdict: verdict, text: "from \(found.place); \(text)")
    }
}
