// Files to the cluster and home: small and large, broken on the way, checked on arrival.

import FirecRESTFake
import Foundation
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(15))) struct FirecRESTFileTests {
    private static let directory = "/users/hpcuser/.sml/run \"x\""

    /// Does not compress to nothing.
    private static func noise(_ count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private func content(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

    @Test func aSecretFileIsPrivateFromTheBeginning() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        try await opened.makeDirectory(Self.directory)
        try await opened.makePrivate(Self.directory)
        try await opened.makeDirectory(Self.directory)
        try await opened.write(Array("{\"api_key\":\"k\"}".utf8), directory: Self.directory, name: "run_config.json", isSecret: true)
        let file = cluster.local(Self.directory + "/run_config.json")
        #expect(content(file) == Data("{\"api_key\":\"k\"}".utf8))
        let directoryMode = try FileManager.default.attributesOfItem(atPath: cluster.local(Self.directory))[.posixPermissions]
        #expect(directoryMode as? Int == 0o700)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        try await opened.remove(Self.directory + "/run_config.json")
        try await opened.remove(Self.directory + "/run_config.json")
        #expect(content(file) == nil)
        #expect(cluster.fake.violations == [])
    }

    @Test func anEmptyFileIsNeverSentAndComesHomeEmpty() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        await #expect(throws: SubmitError.self) { try await opened.write([], directory: "/users/hpcuser", name: "x") }
        #expect(!cluster.fake.calls.contains { $0.contains("upload") })
        try cluster.write("/users/hpcuser/empty", Data())
        #expect(try await opened.fetch("/users/hpcuser/empty", to: cluster.scratch.file("e"), isLarge: true))
        #expect(content(cluster.scratch.file("e")) == Data())
        #expect(try await opened.fetch("/users/hpcuser/none", to: cluster.scratch.file("n")) == false)
        #expect(content(cluster.scratch.file("n")) == nil)
        #expect(cluster.fake.violations == [])
    }

    @Test func largeFilesGoInPartsThroughTheObjectStore() async throws {
        let cluster = try FakeCluster {
            $0.operationLimit = 8192
            $0.partSize = 40_000
        }
        let opened = try await cluster.open()
        let data = Self.noise(100_001)
        // The second part fails once, the completion once.
        cluster.fake.fail("object", .status(503), .loseAnswer)
        try await opened.write([UInt8](data), directory: "/users/hpcuser", name: "big")
        #expect(content(cluster.local("/users/hpcuser/big")) == data)
        #expect(cluster.fake.calls.filter { $0.hasPrefix("PUT object") } == ["1", "1", "1", "2", "3"].map { "PUT object \($0)" })
        #expect(cluster.fake.violations == [])
    }

    @Test func aSecretFileNeverGoesThroughTheObjectStore() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        cluster.fake.fail("upload", .status(413))
        let error = await #expect(throws: SubmitError.self) {
            try await opened.write([1], directory: "/users/hpcuser", name: "run_config.json", isSecret: true)
        }
        #expect(error?.description.contains("run_config.json: holds a secret and is too large") == true, "\(String(describing: error))")
        #expect(cluster.fake.requestsToStore.isEmpty)
    }

    @Test func recordsComeHomeCompressedAndChecked() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 8192 }
        let opened = try await cluster.open()
        // Half noise, half zeros: the archive is still too large for the small download.
        let data = Self.noise(50_000) + Data(count: 50_000)
        try cluster.write("/users/hpcuser/records.smlrec", data)
        cluster.fake.forgetCalls()
        #expect(try await opened.fetch("/users/hpcuser/records.smlrec", to: cluster.scratch.file("r"), isLarge: true))
        #expect(content(cluster.scratch.file("r")) == data)
        let files = "/filesystem/cluster/ops"
        #expect(
            cluster.fake.calls.filter { !$0.contains("/compute/") } == [
                "GET \(files)/stat", "POST \(files)/compress", "GET \(files)/stat",
                "POST /filesystem/cluster/transfer/download", "GET object object", "GET \(files)/checksum",
                "DELETE \(files)/rm",
            ])
        // Nothing is left on either side.
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.local("/users/hpcuser")).sorted() == ["records.smlrec"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.scratch.path).sorted() == ["r", "users"])
        #expect(cluster.fake.violations == [])
    }

    @Test func recordsThatCannotBeUnpackedComeHomeAsTheyAre() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 8192 }
        let opened = try await cluster.open()
        let data = Self.noise(50_000)
        try cluster.write("/users/hpcuser/records.smlrec", data)
        try cluster.write("/users/hpcuser/records.smlrec.tar.gz", Self.noise(7000))
        cluster.fake.fail("compress", .status(204))
        #expect(try await opened.fetch("/users/hpcuser/records.smlrec", to: cluster.scratch.file("r"), isLarge: true))
        #expect(content(cluster.scratch.file("r")) == data)
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.local("/users/hpcuser")).sorted() == ["records.smlrec"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.scratch.path).sorted() == ["r", "users"])
        #expect(cluster.notes.lines.contains { $0.contains("cannot be unpacked: ") })
        #expect(cluster.fake.violations == [])
    }

    @Test func aTruncatedDownloadIsResumedWhereItStopped() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 4096 }
        let opened = try await cluster.open()
        let data = Self.noise(200_000)
        try cluster.write("/users/hpcuser/records", data)
        cluster.fake.fail("compress", .status(408))
        cluster.fake.fail("object", .truncate(60_000), .truncate(30_000))
        #expect(try await opened.fetch("/users/hpcuser/records", to: cluster.scratch.file("r"), isLarge: true))
        #expect(content(cluster.scratch.file("r")) == data)
        let ranges = cluster.fake.requestsToStore.map { $0["range"] }
        #expect(ranges.count == 3 && ranges[0] == nil && ranges[1] == "bytes=60000-" && ranges[2] == "bytes=90000-", "\(ranges)")
        #expect(cluster.fake.violations == [])
    }

    @Test func anExpiredURLIsReplacedOnce() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 4096 }
        let opened = try await cluster.open()
        let data = Self.noise(20_000)
        try cluster.write("/users/hpcuser/records", data)
        cluster.fake.fail("object", .truncate(5000), .status(403))
        #expect(try await opened.fetch("/users/hpcuser/records", to: cluster.scratch.file("r")))
        #expect(content(cluster.scratch.file("r")) == data)
        #expect(cluster.fake.calls.filter { $0.hasSuffix("transfer/download") }.count == 2)
    }

    /// The user of the transfer waits; so he hears of what it waits for.
    @Test func whatATransferWaitsForIsSaid() async throws {
        let cluster = try FakeCluster {
            $0.operationLimit = 4096
            $0.looksTransferPends = 8
        }
        let opened = try await cluster.open()
        try cluster.write("/users/hpcuser/records", Self.noise(20_000))
        #expect(try await opened.fetch("/users/hpcuser/records", to: cluster.scratch.file("r")))
        #expect(
            cluster.notes.told.contains {
                $0.wholeMatch(of: /\/users\/hpcuser\/records: transfer job t\d+ pending \(Resources\) for 00:00:0\d/) != nil
            }, "\(cluster.notes.told)")
        #expect(cluster.fake.cancelledTransfers == 0)
    }

    /// Nobody would take what it moves.
    @Test func aTransferThatIsGivenUpIsCancelledAndLeavesNothing() async throws {
        let cluster = try FakeCluster {
            $0.operationLimit = 4096
            $0.looksTransferPends = .max
        }
        let opened = try await cluster.open()
        try cluster.write("/users/hpcuser/records", Self.noise(20_000))
        let target = cluster.scratch.file("r")
        let task = Task { try await opened.fetch("/users/hpcuser/records", to: target) }
        while !cluster.fake.calls.contains(where: { $0.hasPrefix("GET /compute/cluster/jobs/t") }) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(cluster.fake.cancelledTransfers == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.scratch.path) == ["users"])
    }

    @Test(arguments: [500, 408]) func aTransferThatMayBeQueuedIsNotStartedTwice(status: Int) async throws {
        let cluster = try FakeCluster { $0.operationLimit = 4096 }
        let opened = try await cluster.open()
        try cluster.write("/users/hpcuser/records", Self.noise(20_000))
        cluster.fake.fail("transfer-download", .failAfter(status))
        let error = await #expect(throws: FirecRESTError.self) {
            try await opened.fetch("/users/hpcuser/records", to: cluster.scratch.file("r"))
        }
        #expect(error?.exitCode == 69)
        #expect(cluster.fake.calls.filter { $0.hasSuffix("transfer/download") }.count == 1)
        // A service that its server takes out of use was not asked.
        cluster.fake.fail("transfer-download", .status(503, message: "The scheduler service is unhealthy."))
        #expect(try await opened.fetch("/users/hpcuser/records", to: cluster.scratch.file("r")))
    }

    /// The server cuts the answer of sha256sum at blanks.
    @Test func aPathWithASpaceIsComparedBySizeAndThatIsSaid() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 4096 }
        let opened = try await cluster.open()
        try cluster.write("/users/hpcuser/a b/records", Self.noise(20_000))
        cluster.fake.fail("compress", .status(408))
        #expect(try await opened.fetch("/users/hpcuser/a b/records", to: cluster.scratch.file("r"), isLarge: true))
        #expect(cluster.notes.told.contains { $0.hasPrefix("/users/hpcuser/a b/records: compared by size only, not by SHA-256: ") })
    }

    /// One call for a summary; none for one that is not there.
    @Test func aSmallFileCostsOneCall() async throws {
        let cluster = try FakeCluster { $0.operationLimit = 8192 }
        let opened = try await cluster.open()
        try cluster.write("/users/hpcuser/summary.json", Self.noise(3000))
        try cluster.write("/users/hpcuser/large.json", Self.noise(30_000))
        cluster.fake.forgetCalls()
        #expect(try await opened.fetch("/users/hpcuser/summary.json", to: cluster.scratch.file("s")))
        #expect(cluster.fake.calls == ["GET /filesystem/cluster/ops/download"])
        #expect(try await opened.fetch("/users/hpcuser/none.json", to: cluster.scratch.file("n")) == false)
        #expect(content(cluster.scratch.file("n")) == nil)
        // One that is larger than a summary should be comes home all the same.
        #expect(try await opened.fetch("/users/hpcuser/large.json", to: cluster.scratch.file("l")))
        #expect(content(cluster.scratch.file("l"))?.count == 30_000)
        #expect(cluster.fake.violations == [])
    }

    @Test func aSmallDownloadThatBreaksBeginsAgain() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        let data = Self.noise(3000)
        try cluster.write("/users/hpcuser/summary.json", data)
        cluster.fake.fail("download", .truncate(1000), .status(503))
        #expect(try await opened.fetch("/users/hpcuser/summary.json", to: cluster.scratch.file("s")))
        #expect(content(cluster.scratch.file("s")) == data)
    }

    @Test func limitsLowerThanAnnouncedLeadToTheObjectStore() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        cluster.fake.fail("upload", .status(413))
        let data = Self.noise(2000)
        try await opened.write([UInt8](data), directory: "/users/hpcuser", name: "f")
        cluster.fake.fail("download", .status(413))
        #expect(try await opened.fetch("/users/hpcuser/f", to: cluster.scratch.file("f")))
        #expect(content(cluster.scratch.file("f")) == data)
        #expect(cluster.fake.violations == [])
    }
}
