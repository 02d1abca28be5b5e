// Some of `make inject`: calls whose failure once hung a run, ended it by a trap or lost its result, each failing once.

import Foundation
import Testing

@Suite struct InjectionTests {
    /// Where nobody may trace, as in some containers, there is nothing to inject with.
    private static let canTrace: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/strace")
        process.arguments = ["-o", "/dev/null", "/bin/true"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(.enabled(if: canTrace, "needs strace and the right to trace"), .timeLimit(.minutes(15)))
    func aCallThatFailsOnceIsSurvivedOrSaid() async throws {
        let scratch = try Scratch()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../scripts/inject").standardized.path
        let run = try await Program.run(
            "/usr/bin/python3",
            [
                script, "--bin", URL(filePath: Program.path("sml")).deletingLastPathComponent().path, "--at", "1,2", "--limit", "120",
                "--commands", "run, records; records; summarize; endpoint",
                "--calls", "timerfd_settime,write,fsync,rename,fchmod,mkdir,connect,epoll_wait",
            ], in: scratch, within: 800)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        // A table with what was done: an empty one proves nothing.
        #expect(run.output.contains("| timerfd_settime | 2× goes on |"), "\(run.output)")
        #expect(run.output.contains("runs, 0 bad"))
    }
}
