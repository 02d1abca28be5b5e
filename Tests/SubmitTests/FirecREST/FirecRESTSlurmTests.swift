// Over HTTP to a real SLURM: the fake's compute side is sbatch, sacct and scancel. Runs where `SLURM_CONF` names a
// running one.

import FirecRESTFake
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import Submit

@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: SlurmCompute() != nil)) struct FirecRESTSlurmTests {
    private let slurm: SlurmCompute
    private let played: FakeCluster
    private let label = "fake_\(UUID().uuidString)"

    init() throws {
        let slurm = try #require(SlurmCompute())
        self.slurm = slurm
        played = try FakeCluster(compute: slurm.compute) { options in
            options.root = ""
            options.user = slurm.user
            options.ownerID = slurm.userID
            options.groupID = slurm.groupID
            options.operationLimit = 64 << 10
        }
    }

    private func script(_ name: String, _ header: String, _ body: String) -> String {
        """
        #!/bin/bash
        #SBATCH --job-name=\(name)
        #SBATCH --partition=normal
        #SBATCH --time=00:05:00
        \(header)
        #SBATCH --output=\(label)/out.log
        set -euo pipefail
        \(body)

        """
    }

    private func end(_ id: String, _ cluster: FirecRESTCluster) async throws -> FirecRESTJob? {
        let start = ContinuousClock.now
        var last: FirecRESTJob?
        _ = try await eventually(within: .seconds(60)) {
            last = try await cluster.job(id, age: ContinuousClock.now - start)
            return last?.isOver == true
        }
        return last
    }

    @Test func aJobGoesThereAndItsResultsComeHome() async throws {
        let cluster = try await played.open()
        let directory = "\(cluster.directory)/\(label)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await cluster.makeDirectory(directory, isPrivate: true)
        try await cluster.write(Array("{}".utf8), directory: directory, name: "run_config.json", isSecret: true)
        // The job reads the secret file as its user and leaves a small and a large file.
        let body = """
            cd \(label); echo started; cat run_config.json > summary.json
            head -c 300000 /dev/urandom > records.smlrec; echo ended
            """
        let id = try await cluster.submit(script: script(label, "", body), name: label, workingDirectory: cluster.directory)
        let job = try await end(id, cluster)
        #expect(job?.state == "COMPLETED" && job?.name == label, "\(String(describing: job))")
        #expect(try await cluster.lines("\(directory)/out.log", from: 0).text == "started\nended\n")
        let (summary, records) = (played.scratch.file("s"), played.scratch.file("r"))
        #expect(try await cluster.fetch("\(directory)/summary.json", to: summary))
        #expect(try await cluster.fetch("\(directory)/records.smlrec", to: records, isLarge: true))
        #expect(FileManager.default.contents(atPath: summary) == Data("{}".utf8))
        #expect(
            FileManager.default.contents(atPath: records)
                == FileManager.default.contents(atPath: "\(directory)/records.smlrec"))
        #expect(try await cluster.cancel(id) == .wasOver)
        #expect(played.fake.violations == [])
    }

    @Test func refusalsAreSbatchsOwnWordsAtOnce() async throws {
        let cluster = try await played.open()
        for (header, says) in [
            ("#SBATCH --reservation=nope", "Requested reservation is invalid"),
            ("#SBATCH --partition=nope", "nvalid partition"),
        ] {
            let start = ContinuousClock.now
            let error = await #expect(throws: FirecRESTError.self) {
                try await cluster.submit(
                    script: script(label, header, "true").replacing("#SBATCH --partition=normal\n", with: ""), name: label,
                    workingDirectory: cluster.directory)
            }
            guard case .slurmRefused(let sentence) = error else { Issue.record("\(String(describing: error))"); continue }
            #expect(sentence.contains(says), "\(sentence)")
            #expect(ContinuousClock.now - start < .seconds(2))
            print("sbatch refused in \(ContinuousClock.now - start): \(sentence)")
        }
    }

    @Test func aLostAnswerMakesNoSecondRealJob() async throws {
        let cluster = try await played.open(pace: FirecRESTPace())
        played.fake.fail("submit", .loseAnswer)
        let id = try await cluster.submit(
            script: script(label, "", "sleep 60"), name: label, workingDirectory: "/users/\(slurm.user)")
        #expect(slurm.compute.jobs().filter { $0.name == label }.map(\.id) == [id])
        #expect(try await cluster.cancel(id) == .asked)
        #expect(try await end(id, cluster)?.state.hasPrefix("CANCELLED") == true)
    }
}
