// What `--verbose` shows of SLURM's commands.

import TestSupport
import Testing

@testable import Submit

@Suite struct SlurmTraceTests {
    @Test func everyCommandIsALineWithItsExitCode() async throws {
        let scratch = try ScratchDirectory()
        try scratch.write("bin/scancel", "#!/bin/sh\nexit 0\n", mode: 0o755)
        try scratch.write("bin/squeue", "#!/bin/sh\necho 'Socket timed out' >&2; exit 1\n", mode: 0o755)
        let notes = Notes()
        let launcher = SlurmLauncher(environment: ["PATH": "\(scratch.file("bin")):/bin"], trace: { notes.note($0) })
        let job = try #require(JobID("7"))
        try await launcher.cancel(job)
        await #expect(throws: LauncherError.self) { try await launcher.state(of: job) }
        // Cancelling asks first whether the job is over.
        #expect(notes.lines.count == 3)
        #expect(notes.lines.contains { $0.wholeMatch(of: /scancel 7 → 0 \(\d+ ms\)/) != nil }, "\(notes.lines)")
        #expect(try #require(notes.lines.last).wholeMatch(of: /squeue -h -j 7 -o '%T\|%r' → 1 \(\d+ ms\)/) != nil, "\(notes.lines)")
    }
}
