import Generator
import Base
import Scenarios
import Testing

@testable import Tasks

@Suite struct TaskOptionTests {
    @Test func accepted() throws {
        #expect(try TaskOption.parse("0/1", environment: [:]) == .whole)
        #expect(try TaskOption.parse("3/4", environment: [:]) == TaskShare(index: 3, count: 4))
        let slurm = ["SLURM_PROCID": "1", "SLURM_NTASKS": "2"]
        #expect(try TaskOption.parse("slurm", environment: slurm) == TaskShare(index: 1, count: 2))
        // SLURM's variables count only when asked for.
        #expect(try TaskOption.parse("0/3", environment: slurm) == TaskShare(index: 0, count: 3))
    }

    @Test(arguments: ["", "1", "1/", "/2", "2/2", "-1/2", "0/0", "0/1025", "1/2/3", "a/b", " 0/1", "Slurm"])
    func refused(text: String) {
        let error = #expect(throws: ConfigurationError.self) { try TaskOption.parse(text, environment: [:]) }
        #expect(error?.exitCode == 64)
        #expect(error?.description == "--task: \"\(text)\": expected I/N with 0 ≤ I < N ≤ 1024, or slurm")
    }

    @Test(arguments: [[:], ["SLURM_PROCID": "0"], ["SLURM_PROCID": "2", "SLURM_NTASKS": "2"]])
    func refusedOfSLURM(environment: [String: String]) {
        let error = #expect(throws: ConfigurationError.self) { try TaskOption.parse("slurm", environment: environment) }
        #expect(error?.description.hasPrefix("--task slurm: ") == true)
    }

    @Test func attempts() {
        #expect(TaskOption.attempt(environment: [:]) == "0")
        let first = ["SLURM_JOB_ID": "12", "SLURM_STEP_ID": "0"]
        #expect(TaskOption.attempt(environment: first) == "12-0")
        #expect(TaskOption.attempt(environment: first.merging(["SLURM_RESTART_COUNT": "1"]) { $1 }) == "12-0-1")
        #expect(TaskOption.attempt(environment: ["SLURM_JOB_ID": "../x"]) == "0")
    }
}
