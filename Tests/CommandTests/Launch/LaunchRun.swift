// One `sml loadtest advanced` or `preconfigured` on the cluster whose nodes have networks, with the stand-in image.

import Foundation
import Testing

struct LaunchRun {
    let bed: SlurmBed
    let scratch: Scratch
    let program: Program

    static let key = "sk-launch-0123456789"

    /// - Parameters:
    ///   - variables: for the stand-ins, e.g. STAND_IN_FAIL.
    ///   - seconds: of load, 20 requests a second.
    ///   - corpus: its text.
    init(
        _ variables: [String: String] = [:], seconds: Int = 3, corpus: String = Scratch.prompts,
        extra: [String] = ["--cancel-after-loadtest"]
    ) async throws {
        let files = try await LaunchFiles(variables, seconds: seconds, corpus: corpus)
        bed = files.bed
        scratch = try Scratch()
        program = try bed.start(
            [bed.directory + "/bin/sml", "loadtest", "advanced"] + files.arguments + extra, in: scratch,
            environment: ["SML_SWISSAI_RESEARCH_API_KEY": Self.key])
    }

    /// The numbers it printed so far: the model's, then the load test's.
    var jobs: [String] {
        program.errors.split(separator: "\n").filter { $0.hasPrefix("Job submitted: ") }.map {
            String($0.dropFirst("Job submitted: ".count))
        }
    }

    func submits(_ count: Int, within seconds: Double = 180) async throws -> String {
        try await eventually(within: seconds, "\(count) jobs: \(program.errors)") { jobs.count >= count || !program.process.isRunning }
        return try #require(jobs.dropFirst(count - 1).first, "\(program.errors)")
    }

    func says(_ words: String, within seconds: Double = 180) async throws {
        try await eventually(within: seconds, "\(words) in \(program.errors)") {
            program.errors.contains(words) || !program.process.isRunning
        }
        try #require(program.errors.contains(words), "\(program.errors)")
    }

    func state(_ job: String) async throws -> String {
        try await bed.administer("sacct", ["-n", "-X", "-P", "-j", job, "-o", "State,ExitCode"], in: scratch)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// That nothing of these jobs is in the queue any more, nor any file of the run with the key.
    func leavesNothing() async throws {
        try await eventually(within: 90, every: .milliseconds(200), "the end of jobs \(jobs)") {
            try await bed.administer("squeue", ["-h", "-j", jobs.joined(separator: ","), "-o", "%i"], in: scratch).isEmpty
        }
        let home = bed.home + "/.sml"
        for name in try FileManager.default.subpathsOfDirectory(atPath: home) {
            let text = FileManager.default.contents(atPath: "\(home)/\(name)") ?? Data()
            #expect(text.firstRange(of: Data(Self.key.utf8)) == nil, "\(name)")
        }
        for job in jobs { #expect(!FileManager.default.fileExists(atPath: "\(home)/job-\(job)")) }
    }

    /// What the command says it brought home.
    func results() throws -> Results {
        func value(_ prefix: String) throws -> String {
            let line = program.errors.split(separator: "\n").first { $0.hasPrefix(prefix) }
            return String(try #require(line, "\(program.errors)").dropFirst(prefix.count))
        }
        let summary = try value("Summary: ")
        #expect(summary.hasPrefix("\(bed.home)/.sml/loadtest/\(try #require(jobs.first))/summary_"))
        return try Results(summary: summary, records: try value("Records: "))
    }
}

/// What a launch needs on the cluster, and the flags that name it.
struct LaunchFiles {
    let bed: SlurmBed
    let scenario: String
    let prompts: String
    let environment: String

    init(_ variables: [String: String] = [:], seconds: Int = 3, corpus: String = Scratch.prompts) async throws {
        bed = try await SlurmBed.networked.value
        let id = UUID().uuidString
        scenario = "load\(seconds)"
        prompts = "\(bed.home)/prompts-\(id).json"
        environment = "\(bed.home)/environment-\(id).toml"
        try FileManager.default.createDirectory(atPath: bed.home + "/scenarios", withIntermediateDirectories: true)
        try write(
            "\(bed.home)/scenarios/\(scenario).yaml",
            "executor: constant-arrival-rate\nrate: 20\nduration: \(seconds)s\npreAllocatedVUs: 20\nthink_time: 0\ngracefulStop: 5s\n")
        try write(prompts, corpus)
        try write(environment, try await ModelJob.environment(variables))
    }

    private func write(_ path: String, _ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    /// Of the load test, for either command.
    var loadtest: [String] {
        [
            "--loadtest-scenario", scenario, "--loadtest-prompts-file", prompts, "--loadtest-container-image", bed.image,
            "--no-loadtest-metrics-remote-write", "--loadtest-job-time", "00:20:00",
        ]
    }

    /// Of `advanced`. Without OpenTela the job itself says where its model is.
    var arguments: [String] {
        [
            "--partition", "normal", "--serving-framework", "sglang", "--slurm-environment", environment, "--framework-args",
            "--model-path \(ModelJob.weights) --served-model-name vendor/m", "--slurm-time", "00:20:00", "--disable-ocf",
        ] + loadtest
    }
}
