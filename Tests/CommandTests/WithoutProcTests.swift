// A container or chroot without /proc, where Swift's runtime traps before our first instruction.

import Foundation
import Testing

@Suite struct WithoutProcTests {
    @Test(.enabled(if: getuid() == 0, "hides /proc in a mount namespace of its own"), arguments: ["sml", "sml-loadgen", "sml-endpoint"])
    func itIsSaid(_ name: String) async throws {
        let scratch = try Scratch()
        let script = "mount -t tmpfs none /proc || { echo no mount; exit 0; }; exec \"$0\" --version"
        let run = try await Program.run(
            "/usr/bin/unshare", ["-m", "--propagation", "private", "/bin/bash", "-c", script, Program.path(name)], in: scratch)
        // Containers may be root without being allowed to.
        if run.output.contains("no mount") || run.errors.contains("unshare failed") { return }
        #expect(run.code == 69)
        #expect(run.errors == "\(name): /proc/self/maps: No such file or directory; /proc must be mounted\n")
    }
}
