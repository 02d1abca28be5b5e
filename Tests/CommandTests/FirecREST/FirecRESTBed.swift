// The shared real SLURM with a FirecREST in front of it: laptop, HTTP, sbatch, container, and all the way back.

import FirecRESTFake
import Foundation
import Testing

struct FirecRESTBed {
    let bed: SlurmBed
    let laptop: Laptop
    let endpoint: EndpointProcess
    private let prompts: String

    var fake: FakeFirecREST { laptop.fake }
    /// Runs are here, on the cluster.
    var runs: String { "\(bed.home)/.sml" }

    init(gatewayKey: String? = nil, _ change: (inout FakeFirecREST.Options) -> Void = { _ in }) async throws {
        bed = try await SlurmBed.shared.value
        let slurm = try #require(bed.compute)
        var options = FakeFirecREST.Options(root: "")
        options.user = slurm.user
        options.group = slurm.user
        options.ownerID = slurm.userID
        options.groupID = slurm.groupID
        options.fileSystems = [bed.directory + "/home", bed.directory]
        options.slurmVersion = "22.05.8"
        options.apiKey = gatewayKey
        change(&options)
        laptop = try await Laptop(try FakeFirecREST(options, compute: slurm.compute), gatewayKey: gatewayKey)
        endpoint = try await EndpointProcess.start(in: laptop.scratch)
        prompts = "\(bed.home)/prompts-\(UUID().uuidString).json"
        try Data(Scratch.prompts.utf8).write(to: URL(filePath: prompts))
    }

    /// Of a run; against the endpoint unless another server is named.
    func run(seconds: Int, server: String? = nil, members: String = "", extra: [String] = []) throws -> [String] {
        try laptop.run(
            seconds: seconds, server: server ?? endpoint.url, prompts: prompts, image: bed.image, members: members, extra: extra)
    }

    func sends(_ program: Program) async throws {
        try await eventually(within: 90, "requests at the endpoint") {
            try #require(program.process.isRunning, "\(program.errors)")
            return endpoint.entriesSoFar.count >= 10
        }
    }

    /// The results a command says it brought home, checked against the endpoint's own log.
    func results(_ errors: String) async throws -> Results {
        func value(_ prefix: String) throws -> String {
            String(try #require(errors.split(separator: "\n").first { $0.hasPrefix(prefix) }, "\(errors)").dropFirst(prefix.count))
        }
        let results = try Results(summary: try value("Summary: "), records: try value("Records: "))
        let log = try await endpoint.stop()
        #expect(results.requests.count > 0 && log.count == results.requests.count)
        #expect(results.count("sml", "counts", "finished") == results.requests.count)
        return results
    }

    /// The state of every job of that name as accounting has it.
    func accounted(_ name: String) async throws -> String {
        try await bed.administer("sacct", ["-n", "-X", "-P", "--name", name, "-o", "State,ExitCode"], in: laptop.scratch)
    }
}
