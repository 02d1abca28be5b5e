// One `sml loadtest run` on the shared cluster, against an endpoint of its own.

import Foundation
import Testing

struct SlurmRun {
    static let key = "sk-slurm-0123456789"

    let bed: SlurmBed
    let scratch: Scratch
    let endpoint: EndpointProcess
    let program: Program

    /// - Parameters:
    ///   - seconds: of load, 20 requests a second.
    ///   - corpus: its text; the usual three labels unless given.
    ///   - remoteWrite: a receiver's URL.
    init(
        seconds: Int, partition: String = "normal", model: String? = nil, corpus: String = Scratch.prompts,
        image: String? = nil, remoteWrite: String? = nil, endpointOptions: [String] = ["--ttft", "20ms", "--time-per-token", "1ms"],
        extra: [String] = [], environment: [String: String] = [:]
    ) async throws {
        bed = try await SlurmBed.shared.value
        scratch = try Scratch()
        endpoint = try await EndpointProcess.start(endpointOptions, in: scratch)
        let arguments = try Self.arguments(
            bed, seconds: seconds, partition: partition, model: model, corpus: corpus, image: image ?? bed.image, endpoint: endpoint.url)
        let receiver = remoteWrite.map { ["--loadtest-metrics-remote-write-url", $0] } ?? ["--no-loadtest-metrics-remote-write"]
        var variables = environment
        variables["SML_SWISSAI_RESEARCH_API_KEY"] = Self.key
        program = try bed.start(arguments + receiver + extra, in: scratch, environment: variables)
    }

    /// The command, its scenario and corpus written where the cluster's user finds them.
    static func arguments(
        _ bed: SlurmBed, seconds: Int, partition: String = "normal", model: String? = nil, corpus: String = Scratch.prompts,
        image: String, endpoint: String
    ) throws -> [String] {
        let name = "load\(seconds)"
        let prompts = "\(bed.home)/prompts-\(UUID().uuidString).json"
        try FileManager.default.createDirectory(atPath: bed.home + "/scenarios", withIntermediateDirectories: true)
        try Data(
            "executor: constant-arrival-rate\nrate: 20\nduration: \(seconds)s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n".utf8
        ).write(to: URL(filePath: "\(bed.home)/scenarios/\(name).yaml"))
        try Data(corpus.utf8).write(to: URL(filePath: prompts))
        return [
            bed.directory + "/bin/sml", "loadtest", "run", "--partition", partition, "--loadtest-server-url", endpoint,
            "--loadtest-scenario", name, "--loadtest-prompts-file", prompts, "--loadtest-container-image", image,
            "--no-wait-until-healthy", "--no-test-request", "--loadtest-job-time", "00:20:00",
        ] + (model.map { ["--loadtest-model", $0] } ?? [])
    }

    /// The number it printed.
    func job() async throws -> String {
        try await eventually(within: 60, "submission") {
            program.errors.contains("Job submitted: ") || !program.process.isRunning
        }
        return try value("Job submitted: ", in: program.errors)
    }

    func sends(atLeast count: Int = 10) async throws {
        try await eventually(within: 90, "requests in the log") {
            try #require(program.process.isRunning, "\(program.errors)")
            return endpoint.entriesSoFar.count >= count
        }
    }

    /// What the command that waited says it brought home, `errors` being its stderr.
    func results(_ errors: String) throws -> Results {
        try Results(
            summary: try value("Summary: ", in: errors), records: try value("Records: ", in: errors))
    }

    /// Every count agrees with the records and with the endpoint's own log.
    func agrees(_ results: Results) async throws {
        let log = try await endpoint.stop()
        #expect(results.requests.count > 0)
        #expect(results.count("sml", "counts", "finished") == results.requests.count)
        #expect(results.count("metrics", "http_reqs", "count") == results.requests.count)
        #expect(results.count("throughput", "total_requests") == results.requests.count)
        #expect(results.interrupted.isEmpty)
        #expect(log.count == results.requests.count)
        #expect(log.allSatisfy { $0.status == 200 })
    }

    /// The rest of the line of `text` that begins with `prefix`.
    func value(_ prefix: String, in text: String) throws -> String {
        let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) }
        return String(try #require(line, "\(text)").dropFirst(prefix.count))
    }
}
