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

    package init(
        machine: MachineDescription, measured: String, requestsPerSecond: Double, rate: Double, latenessP99Milliseconds: Double
    ) {
        self.machine = machine
        self.measured = measured
        self.requestsPerSecond = requestsPerSecond
        self.rate = rate
        self.latenessP99Milliseconds = latenessP99Milliseconds
    }

    /// Beyond this share of the ceiling queues in the generator grow on every disturbance.
    private static let highestShare = 0.5

    /// What to say before a plan whose highest rate is `rate`; nil for nothing. Of a closed loop nobody knows the rate.
    package func warning(rate: Double?) -> String? {
        guard let rate, requestsPerSecond > 0, rate > Self.highestShare * requestsPerSecond else { return nil }
        return "the plan asks for \(Self.shown(rate)) requests/s, more than half of the \(Self.shown(requestsPerSecond)) this machine's "
            + "generator reached (calibrated \(measured)): use more CPUs or --loadtest-nodes"
    }

    /// Two lines for people.
    package var text: String {
        let lateness = JSONText.javaScriptNumber((latenessP99Milliseconds * 1000).rounded() / 1000)
        return "ceiling   \(Self.shown(requestsPerSecond)) requests/s on \(machine.cpus) CPUs, beside the endpoint that answered them\n"
            + "lateness  p99 \(lateness) ms at \(Self.shown(rate)) requests/s\n"
    }

    private static func shown(_ rate: Double) -> String {
        JSONText.javaScriptNumber(rate < 100 ? (rate * 10).rounded() / 10 : rate.rounded())
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
