// What this machine's generator can do, measured against a server that does nothing: a plan that asks for more than half of it
// would measure the generator. The endpoint shares the machine, so the real ceiling is higher, never lower.

import Base
import FoundationEssentials
import Metrics

/// One calibration; kept with the machine it is true of.
package struct Calibration: Codable, Sendable, Equatable {
    package var machine: MachineDescription
    /// RFC 3339, UTC.
    package var measured: String
    /// Requests of a closed loop that ended with success, per second.
    package var requestsPerSecond: Double
    /// Arrivals per second at which lateness was looked at, and its p99 there, milliseconds.
    package var rate: Double
    package var latenessP99Milliseconds: Double
    /// nil where it could not be measured, and in files from before it was.
    package var newConnection: NewConnection?

    /// What a request costs more when it needs a new TLS connection with a full handshake (RSA of 2,048 bits).
    package struct NewConnection: Codable, Sendable, Equatable {
        /// CPU time of the generator alone, milliseconds.
        package var cpuMilliseconds: Double
        /// The mean handshake, by the clock, with as many users as CPUs.
        package var wallMilliseconds: Double
        /// Connections per second, beside the server that answered them.
        package var perSecond: Double
    }

    package init(
        machine: MachineDescription, measured: String, requestsPerSecond: Double, rate: Double, latenessP99Milliseconds: Double,
        newConnection: NewConnection? = nil
    ) {
        self.machine = machine
        self.measured = measured
        self.requestsPerSecond = requestsPerSecond
        self.rate = rate
        self.latenessP99Milliseconds = latenessP99Milliseconds
        self.newConnection = newConnection
    }

    /// Beyond this share of the ceiling queues in the generator grow on every disturbance.
    private static let highestShare = 0.5

    /// What to say before a plan whose highest rate is `rate`; nil for nothing. Of a closed loop nobody knows the rate.
    package func warning(rate: Double?) -> String? {
        guard let rate, requestsPerSecond > 0, rate > Self.highestShare * requestsPerSecond else { return nil }
        return "the plan asks for \(Self.shown(rate)) requests/s, more than half of the \(Self.shown(requestsPerSecond)) this machine's "
            + "generator reached (calibrated \(measured)): use more CPUs or --loadtest-nodes"
    }

    /// Three lines for people.
    package var text: String {
        let tls = newConnection.map {
            "a new connection costs \(Self.shown($0.cpuMilliseconds)) ms of CPU and takes \(Self.shown($0.wallMilliseconds)) ms; "
                + "\(Self.shown($0.perSecond)) a second, beside the server that answered them"
        }
        return "ceiling   \(Self.shown(requestsPerSecond)) requests/s on \(machine.cpus) CPUs, beside the endpoint that answered them\n"
            + "lateness  p99 \(Self.shown(latenessP99Milliseconds)) ms at \(Self.shown(rate)) requests/s\n"
            + "TLS       \(tls ?? "not measured: libcurl has another TLS library than OpenSSL here")\n"
    }

    /// With as many digits as five seconds on a shared machine are good for.
    private static func shown(_ figure: Double) -> String {
        let steps = figure < 10 ? 100.0 : figure < 100 ? 10 : 1
        return JSONText.javaScriptNumber((figure * steps).rounded() / steps)
    }

    // MARK: Where it is kept

    /// A home may be shared by many machines: one file each.
    package static func path(directory: String, machine: MachineDescription) -> String {
        let name = machine.host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }
        return "\(directory)/calibration_\(String(name)).json"
    }

    /// - Throws: ``FileError``.
    package func save(directory: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Directories.make(directory, lastMode: 0o700)
        try WholeFile.write(try Array(encoder.encode(self)) + [0x0A], to: Self.path(directory: directory, machine: machine))
    }

    /// What is known of `machine`; nil when it was never calibrated, has changed since, or the file is damaged.
    package static func stored(directory: String, machine: MachineDescription) -> Calibration? {
        guard let bytes = try? FileBytes(path: path(directory: directory, machine: machine), limit: 1 << 20) else { return nil }
        defer { bytes.release() }
        guard let found = try? JSONDecoder().decode(Calibration.self, from: Data(bytes.buffer)) else { return nil }
        let (known, now) = (found.machine, machine)
        return known.cpuModel == now.cpuModel && known.cpus == now.cpus && known.host == now.host ? found : nil
    }
}
