// Few open files: a run with more users than there can be connections goes on with those there are, and one that cannot
// go on at all says so before it starts. Streams that are closed at the start belong here too: their numbers are free.

import Foundation
import Generator
import Metrics
import Testing

@Suite struct DescriptorTests {
    /// libdispatch looks after its workers once a second, and aborted when it could not open a file for that.
    @Test(arguments: [128, 80, 70]) func aRunWithTooFewGoesOn(limit: Int) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "400ms", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(
            #"{"executor": "constant-vus", "vus": 200, "duration": "4s"}"#, server: endpoint.url,
            members: #""think_time": "400ms""#)
        let run = try await Program.run(
            "/bin/sh",
            ["-c", "ulimit -n \(limit); exec \"$0\" \"$@\"", Program.path("sml-loadgen")] + files
                + ["--quiet", "--workers", "2"], in: scratch, within: 60)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("the \(limit) open files this process may have"), "\(run.errors)")
        let log = try await endpoint.stop()
        let results = try Results(directory: scratch.file("out"))
        let refused = results.requests.filter { $0.errorCode == 1210 }
        #expect(refused.count > 100)
        #expect(log.count { $0.status == 200 } == results.requests.count - refused.count)
        #expect(results.count("sml", "counts", "failed") == refused.count)
        // What is kept free is kept free: so many connections and no more.
        let connections = Set(log.map(\.connection)).count
        let kept = min(64, max(16, limit / 4))
        #expect(connections <= limit - kept - 10 && connections > 20, "\(connections)")
        let text = String(decoding: results.summaryBytes, as: UTF8.self)
        #expect(text.contains("dial: too many open files (limit \(limit))"))
    }

    /// The first is refused by the generator, the second by the program before its libraries start.
    @Test(arguments: [
        (
            30,
            "sml-loadgen: this process may have 30 open files, too few for 2 workers beside the 16 that are kept free (ulimit -Hn, --workers)\n"
        ),
        (12, "sml-loadgen: too few open files are allowed (ulimit -n); 24 are the least\n"),
    ])
    func noRunWithTooFewToStart(limit: Int, message: String) async throws {
        let scratch = try Scratch()
        let files = try scratch.stage(
            #"{"executor": "constant-vus", "vus": 2, "duration": "1s"}"#, server: "http://127.0.0.1:9")
        let run = try await Program.run(
            "/bin/sh",
            ["-c", "ulimit -n \(limit); exec \"$0\" \"$@\"", Program.path("sml-loadgen")] + files
                + ["--workers", "2"], in: scratch)
        #expect(run.code == 69)
        #expect(run.errors == message)
        #expect(!scratch.contents.contains("out/records.smlrec") && !scratch.contents.contains("out/summary.json"))
    }

    @Test(arguments: ["sml", "sml-endpoint"]) func theOtherProgramsSaySoToo(name: String) async throws {
        let scratch = try Scratch()
        let run = try await Program.run(
            "/bin/sh", ["-c", "ulimit -n 8; exec \"$0\" --version", Program.path(name)], in: scratch)
        #expect(run.code == 69)
        #expect(run.errors == "\(name): too few open files are allowed (ulimit -n); 24 are the least\n")
    }

    private static let closings = (1..<8).map { set in (0..<3).filter { set & 1 << $0 != 0 } }

    private func words(_ closed: [Int]) -> String { closed.map { ["<&-", ">&-", "2>&-"][$0] }.joined(separator: " ") }

    /// The pipe of the signals took such a number, and what others wrote to it were signals. A result that goes to a closed
    /// stdout is lost, which is an error; that in the file is not.
    @Test(arguments: closings) func closedStreamsChangeNothing(closed: [Int]) async throws {
        let scratch = try Scratch()
        let endpoint = try await EndpointProcess.start(["--ttft", "5ms", "--time-per-token", "0"], in: scratch)
        let files = try scratch.stage(
            #"{"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 20}"#,
            server: endpoint.url)
        let run = try await Program.run(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" \(words(closed))", Program.path("sml-loadgen")] + files, in: scratch)
        #expect(run.code == (closed.contains(1) ? 73 : 0), "\(run.errors)")
        #expect(try await endpoint.stop().count == 20)
        let results = try Results(directory: scratch.file("out"))
        #expect(results.requests.count == 20 && results.outcome?.kind == .completed)
        #expect(run.output.contains("LLM Load Test Summary") == !closed.contains(1))
    }

    @Test(arguments: closings) func closedStreamsOfALocalRun(closed: [Int]) async throws {
        let scratch = try Scratch()
        let command =
            "exec \"$0\" loadtest local --loadtest-scenario open_loop --loadtest-duration 1s --out out \(words(closed))"
        let run = try await Program.run("/bin/sh", ["-c", command, Program.path("sml")], in: scratch, within: 60)
        #expect(run.code == (closed.contains(1) ? 73 : 0), "\(run.errors)")
        #expect(try Results(directory: scratch.file("out")).requests.count > 0)
    }
}
