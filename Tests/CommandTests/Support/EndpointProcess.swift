// The simulated endpoint as a process, and its log as the truth about what arrived.

import Foundation
import Testing

final class EndpointProcess {
    struct Entry {
        /// Milliseconds, of the kernel's monotonic clock.
        var arrival: Double
        var milliseconds: Double
        var promptTokens: Int
        var completionTokens: Int
        var status: Int
        var connection: Int
    }

    private let program: Program
    private let log: String
    let url: String
    var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }

    private init(program: Program, log: String, url: String) {
        self.program = program
        self.log = log
        self.url = url
    }

    static func start(
        _ arguments: [String] = ["--ttft", "20ms", "--time-per-token", "1ms"], in scratch: Scratch
    )
        async throws -> EndpointProcess
    {
        let log = scratch.hidden("truth.csv")
        let program = try Program("sml-endpoint", arguments + ["--log", log], in: scratch)
        let prefix = "listening on "
        try await eventually("endpoint listens") { program.output.hasSuffix("\n") || !program.process.isRunning }
        let line = program.output.split(separator: "\n").first.map(String.init) ?? ""
        try #require(line.hasPrefix(prefix), "\(program.errors)")
        return EndpointProcess(program: program, log: log, url: String(line.dropFirst(prefix.count)))
    }

    /// Entries written so far; the endpoint flushes once a second.
    var entriesSoFar: [Entry] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            guard cells.count == 13, let arrival = Double(cells[1]), let departure = Double(cells[2]),
                let prompt = Int(cells[5]), let completion = Int(cells[6]), let status = Int(cells[7]),
                let connection = Int(cells[9])
            else { return nil }
            return Entry(
                arrival: arrival / 1e6, milliseconds: (departure - arrival) / 1e6, promptTokens: prompt, completionTokens: completion,
                status: status, connection: connection)
        }
    }

    /// Stops it and returns the complete log.
    func stop() async throws -> [Entry] {
        program.signal(SIGTERM)
        #expect(try await program.end() == 0)
        return entriesSoFar
    }
}
