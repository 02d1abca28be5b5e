// What one program of ours writes, the other one reads: every option comes back as what it was.

import Testing

@testable import Submit
@testable import sml_loadgen

@Suite struct GeneratorArgumentsTests {
    private static let least = GeneratorArguments(configuration: "a b.json", prompts: "-", directory: ".", runLabel: "l'1")

    private static var most: GeneratorArguments {
        var arguments = least
        arguments.records = "r.smlrec"
        arguments.duration = "30s"
        arguments.workers = 3
        arguments.realtime = true
        arguments.drain = "10s"
        arguments.task = .init(name: "slurm", wait: .seconds(180))
        arguments.remoteWriteDrain = "5s"
        arguments.requireRemoteWrite = true
        arguments.serverWait = .seconds(90)
        arguments.requireValid = true
        arguments.repeats = 5
        arguments.quiet = true
        arguments.details = true
        arguments.testRequest = false
        return arguments
    }

    @Test(arguments: [least, most]) func theGeneratorReadsThemBack(written: GeneratorArguments) throws {
        let read = try LoadGenerator.parse(written.words)
        #expect(read.config == written.configuration && read.prompts == written.prompts)
        #expect(read.out == written.directory && read.runLabel == written.runLabel)
        #expect(read.records == written.records && read.duration == written.duration && read.workers == written.workers)
        #expect(read.drain == written.drain ?? "0s" && read.remoteWriteDrain == written.remoteWriteDrain ?? "60s")
        #expect(read.task == written.task?.name && read.taskWait == (written.task == nil ? "10m" : "3m"))
        #expect(read.requireRemoteWrite == written.requireRemoteWrite && read.quiet == written.quiet && read.details == written.details)
        #expect(read.testRequest == written.testRequest && read.realtime == written.realtime)
        #expect(read.serverWait == (written.serverWait == nil ? nil : "1m30s"))
        #expect(read.requireValid == written.requireValid && read.repeat == written.repeats)
    }

    /// SML's job scripts are compared byte for byte.
    @Test func theOrderIsThatOfTheJobScript() {
        #expect(
            Self.most.words.prefix(10) == [
                "--config", "a b.json", "--prompts", "-", "--out", ".", "--records", "r.smlrec", "--run-label", "l'1",
            ])
    }
}
