// Measures a calibration: three short runs of the generator, as any run would start it, two against a simulated endpoint and one
// against a server of new TLS connections, all on this machine. Five seconds in all.

import Base
import Generator
import Glibc
import Metrics
import ScenarioFiles
import Scenarios
import Submit

package struct Calibrator {
    /// Arrivals per second of the plan that is to follow.
    package var rate: Double

    /// Where no plan says: the built-in open loop's.
    package static let standardRate = 20.0

    package init(rate: Double) { self.rate = rate }

    /// Users of the closed loop, for each CPU: enough that none is ever idle.
    private static let usersPerCPU = 32
    private static let mostUsers = 512

    /// A signal ends us meanwhile, and our children with us.
    ///
    /// - Throws: ``SubmitError`` when a program of ours is missing or the runs do not end well.
    package func run() async throws -> Calibration {
        let machine = MachineDescription.current()
        let cpus = max(1, machine.cpus)
        let users = min(Self.mostUsers, Self.usersPerCPU * cpus)
        let perMinute = max(1, Int((rate * 60).rounded()))
        let open = """
            {"executor":"constant-arrival-rate","rate":\(perMinute),"timeUnit":"1m","duration":"1500ms","preAllocatedVUs":\(users),\
            "maxVUs":\(min(100_000, max(users, perMinute / 60))),"think_time":0,"max_tokens":1}
            """
        let quick = ["--ttft", "0", "--time-per-token", "0", "--threads", "\(min(cpus, 4))", "--max-batch", "\(Self.mostUsers)"]
        var (plain, found) = try await LocalRun.withEndpoint(arguments: quick) { url in
            let ceiling = try await measure(Self.closed(users: users, milliseconds: 1_500), url)
            let lateness = try await measure(open, url)
            return (
                ceiling.cpuMilliseconds,
                Calibration(
                    machine: machine, measured: ceiling.outcome?.ended ?? "", requestsPerSecond: ceiling.succeededPerSecond,
                    rate: Double(perMinute) / 60, latenessP99Milliseconds: lateness.metrics.trend(.startLateness)?.p99 ?? 0)
            )
        }
        found.newConnection = try await newConnection(users: cpus, beyond: plain)
        return found
    }

    private static func closed(users: Int, milliseconds: Int) -> String {
        "{\"executor\":\"constant-vus\",\"vus\":\(users),\"duration\":\"\(milliseconds)ms\",\"think_time\":0,\"max_tokens\":1}"
    }

    /// A user a CPU: enough to fill the machine, and too few to wait for each other.
    ///
    /// - Parameter plain: CPU time of a request without a new connection, milliseconds.
    private func newConnection(users: Int, beyond plain: Double) async throws -> Calibration.NewConnection? {
        guard let identity = SelfSigned(), let server = HandshakeServer.start(identity, connections: users) else { return nil }
        defer { server.stop() }
        let scratch = try Self.scratch()
        let authority = scratch + "/authority.pem"
        defer {
            unlink(authority)
            rmdir(scratch)
        }
        guard identity.write(to: authority) else { throw SubmitError.cannotStage(authority, "OpenSSL could not write it") }
        let result = try await measure(Self.closed(users: users, milliseconds: 2_000), server.url, authority: authority)
        return Calibration.NewConnection(
            cpuMilliseconds: max(0, result.cpuMilliseconds - plain),
            wallMilliseconds: result.metrics.trend("http_req_tls_handshaking")?.avg ?? 0, perSecond: result.succeededPerSecond)
    }

    /// Some kilobytes for some seconds, on this machine and not on the home's network; nothing in there is secret for longer than the call.
    private static func scratch() throws -> String {
        var template = Array("/tmp/sml-calibrate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SubmitError.cannotStage("a temporary directory", String(cString: strerror(errno)))
        }
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress.unsafelyUnwrapped) }
    }

    private func measure(_ scenario: String, _ url: String, authority: String? = nil) async throws -> RunResult {
        let definition = ScenarioDefinition(name: "calibrate", value: try JSON.parse(scenario), origin: .builtIn)
        let configuration = try RunConfiguration.build(scenario: definition, serverURL: url, model: "calibrate")
        let directory = try Self.scratch()
        var staged = try StagedRun(directory: directory, runConfiguration: Array(configuration.json().utf8))
        defer {
            unlink(staged.summary)
            staged.discard()
            rmdir(directory)
        }
        try staged.write(PackagedCorpus.bytes, to: "prompts.json")
        var arguments = GeneratorArguments(
            configuration: staged.configuration, prompts: staged.path("prompts.json"), directory: directory, runLabel: "calibrate")
        arguments.quiet = true
        arguments.testRequest = false
        let environment = authority.map { ["SSL_CERT_FILE": $0] } ?? [:]
        let code = try await LocalRun(generatorArguments: arguments, generatorEnvironment: environment).run(signals: AsyncStream { _ in })
        guard code == 0 else { throw SubmitError.endpointFailed("the calibration's generator ended with \(code)") }
        return try Summary(path: staged.summary).result
    }
}

extension RunResult {
    fileprivate var succeededPerSecond: Double { certainty?.full.requestsPerSecond.value ?? 0 }

    /// Of the generator for a request, milliseconds; its samples begin after a second.
    fileprivate var cpuMilliseconds: Double {
        let seconds = self.seconds - 1
        guard seconds > 0.1, succeededPerSecond > 0 else { return 0 }
        return (metrics.number(.cpuSeconds) ?? 0) / seconds / succeededPerSecond * 1000
    }
}

extension Plan {
    /// The most arrivals per second it asks for; nil for a closed loop, whose rate the server decides.
    package var highestRate: Double? {
        guard let arrivals = executor.arrivals else { return nil }
        let duration = max(1, executor.duration.nanoseconds)
        // The rate follows straight lines: its highest point is at the end of one, or close to a look.
        return (0..<1_000).map { arrivals.rate(at: Int64(Double(duration) * Double($0) / 1_000)) }.max()
    }
}
