// A cluster behind the strict fake, and a client that waits in no time.

import FirecRESTFake
import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Submit

/// Collects lines and pauses of a client.
final class Notes: Sendable {
    private let state = Mutex<(lines: [String], pauses: [Duration], told: [String])>(([], [], []))
    var lines: [String] { state.withLock { $0.lines } }
    /// What whoever waits is told.
    var told: [String] { state.withLock { $0.told } }
    func tell(_ line: String) { state.withLock { $0.told.append(line) } }
    var pauses: [Duration] { state.withLock { $0.pauses } }
    func note(_ line: String) { state.withLock { $0.lines.append(line) } }
    func pause(_ duration: Duration) { state.withLock { $0.pauses.append(duration) } }
}

struct FakeCluster {
    let scratch: ScratchDirectory
    let scheduler = PlayedScheduler()
    let fake: FakeFirecREST
    let notes = Notes()
    let client: FirecRESTClient
    static let home = "/users/hpcuser"

    init(
        compute: FakeCompute? = nil, credentials: FirecRESTCredentials? = nil,
        _ change: (inout FakeFirecREST.Options) -> Void = { _ in }
    ) throws {
        scratch = try ScratchDirectory()
        var options = FakeFirecREST.Options(root: scratch.path)
        change(&options)
        try FileManager.default.createDirectory(atPath: scratch.path + Self.home, withIntermediateDirectories: true)
        fake = try FakeFirecREST(options, compute: compute ?? scheduler.compute)
        let notes = notes
        client = FirecRESTClient(
            base: fake.url,
            credentials: credentials
                ?? .client(id: "id-canary", secret: "secret-canary", tokenURI: fake.tokenURL),
            http: HTTPClient(userAgent: "test/1"), trace: { notes.note($0) }, notice: { notes.tell($0) },
            clock: WaitClock(
                now: { notes.pauses.reduce(.zero, +) },
                sleep: {
                    notes.pause($0); try Task.checkCancellation()
                }))
    }

    static var pace: FirecRESTPace {
        FirecRESTPace(
            lookups: [.milliseconds(1), .milliseconds(1)], unknownJob: .milliseconds(200), transferPoll: .milliseconds(1),
            transferNews: .milliseconds(2), transferLimit: .seconds(5),
            presignedPauses: [.milliseconds(1), .milliseconds(1), .milliseconds(1)])
    }

    func open() async throws -> FirecRESTCluster {
        try await FirecRESTCluster.open(client, system: "cluster", pace: Self.pace)
    }

    /// The file on this machine.
    func local(_ path: String) -> String { fake.options.root + path }

    func write(_ path: String, _ content: Data) throws {
        let url = URL(filePath: local(path))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: url)
    }

    static let script = "#!/bin/bash\n#SBATCH --job-name=sml_loadtest_x_ABCDEF\ntrue\n"
    static let jobName = "sml_loadtest_x_ABCDEF"
}
