// The table of exit codes in help texts: its codes are the enumeration's, and it fits a terminal.

import Testing

@testable import Base

struct ExitTableTests {
    @Test func saysTheUsualMeaningUnlessACommandSaysMore() {
        #expect(
            ExitStatus.table([.done: nil, .usage: "bad usage, or SLURM refused the job", .remoteWrite: nil]) == """
                  0    the plan was carried out, and at least one request succeeded
                  64   bad usage, or SLURM refused the job
                  255  bad remote-write setting
                """)
    }

    @Test func longMeaningsGoOnBelowTheirBeginning() {
        let table = ExitStatus.table([.temporary: String(repeating: "seven77 ", count: 12)])
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.allSatisfy { $0.count <= 78 })
        #expect(lines[0].hasPrefix("  75   seven77") && lines[1].hasPrefix("       seven77"))
    }

    @Test func everyMeaningIsOneLine() {
        for status in ExitStatus.allCases {
            #expect(!status.meaning.isEmpty && !status.meaning.contains("\n"))
        }
    }
}
