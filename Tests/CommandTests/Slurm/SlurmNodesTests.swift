// One run on two nodes of a real SLURM: together it is the run on one node, and what is lost of it is said.

import Base
import Foundation
import Generator
import Metrics
import Scenarios
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: SlurmBed.isPossible, SlurmBed.needsRoot)) struct SlurmNodesTests {
    private struct Part {
        var context: RunContext
        var requests: [RunRecord]
    }

    private func parts(_ errors: String) throws -> [Part] {
        try errors.split(separator: "\n").filter { $0.hasPrefix("Records: ") }.map { line in
            let reader = try RecordFileReader(path: String(line.dropFirst("Records: ".count)))
            var all: [RunRecord] = []
            try reader.forEachBatch { all += Array($0) }
            return Part(context: reader.context, requests: all.filter { $0.kind == .request })
        }
    }

    private func summary(_ run: SlurmRun) throws -> JSON {
        let path = try run.value("Summary: ", in: run.program.errors)
        return try Summary(jsonData: Array(Data(contentsOf: URL(filePath: path))), path: path).document
    }

    @Test func twoNodesAreOneRun() async throws {
        let prometheus = try await PrometheusServer.start()
        let run = try await SlurmRun(seconds: 6, model: "m", remoteWrite: prometheus.writeURL, extra: ["--loadtest-nodes", "2"])
        let job = try await run.job()
        #expect(try await run.program.end(within: 180) == 0, "\(run.program.errors)")
        let accounted = try await run.bed.administer("sacct", ["-n", "-P", "-j", "\(job).0", "-o", "NNodes,NTasks,State"], in: run.scratch)
        #expect(accounted == "2|2|COMPLETED\n")
        let parts = try parts(run.program.errors)
        #expect(parts.map(\.context.task?.index) == [0, 1])
        #expect(Set(parts.map(\.context.startedUnixNanoseconds)).count == 1)

        // The two schedules together are the one-node schedule, by its formula and as a node alone carries it out.
        let union = parts.flatMap(\.requests)
        let schedule = try #require(
            Executor.constantArrivalRate(rate: 20, timeUnit: .seconds(1), duration: .seconds(6), preAllocatedVUs: 20, maxVUs: 20).arrivals)
        var place = ArrivalPlace()
        let due = (0..<120).map { schedule.due($0, place: &place) ?? -1 }
        #expect(union.map(\.scheduled).sorted() == due)
        for (task, part) in parts.enumerated() {
            #expect(part.requests.map(\.scheduled).sorted() == stride(from: task, to: 120, by: 2).map { due[$0] })
        }
        let single = try await SlurmRun(seconds: 6, model: "m")
        #expect(try await single.program.end(within: 120) == 0, "\(single.program.errors)")
        let alone = try #require(try self.parts(single.program.errors).first).requests
        func plan(_ requests: [RunRecord]) -> [[Int64]] {
            requests.map { [Int64($0.iteration), $0.scheduled, Int64($0.prompt), Int64($0.label)] }.sorted { $0[0] < $1[0] }
        }
        // A request gets its number when it is started, which on a starved machine is not the order they were due in.
        func isInOrder(_ requests: [RunRecord]) -> Bool {
            let numbered = requests.sorted { $0.iteration < $1.iteration }.map(\.scheduled)
            return numbered == numbered.sorted()
        }
        if isInOrder(union), isInOrder(alone) { #expect(plan(union) == plan(alone)) }
        #expect(Set(plan(union).map { $0[2] }) == Set(plan(alone).map { $0[2] }))

        // Counts and percentiles are those of the union of the records.
        let document = try summary(run)
        for key in ["planned", "started", "finished"] { #expect(document[path: "sml", "counts", key]?.integer == 120) }
        #expect(document[path: "metrics", "http_reqs", "count"]?.integer == 120)
        var latency = Trend()
        for request in union { latency.add(Double(request.end - request.started) / 1e6) }
        let all = latency.statistics
        let measured = document[path: "sml", "latency", "end_to_end_ms"]
        for (key, value) in [("min", all.min), ("med", all.med), ("p90", all.p90), ("p95", all.p95), ("p99", all.p99), ("max", all.max)] {
            #expect(measured?[key]?.number == value, "\(key)")
            print("two nodes: \(key) of the summary \(measured?[key]?.number ?? -1) ms, of the \(union.count) records \(value) ms")
        }
        #expect(document[path: "sml", "tasks", "lost"]?.elements.isEmpty == true)
        #expect(document[path: "sml", "tasks", "each"]?.elements.map { $0["finished"]?.integer } == [60, 60])

        // Series of each task carry its number, those of the whole run do not and are pushed once, after their zero.
        #expect(try prometheus.query(#"sum(k6_http_reqs_total{task=""})"#).first?.lastValue == 120)
        #expect(try prometheus.query(#"sum by (task) (k6_http_reqs_total{task=~".+"})"#).map(\.lastValue) == [60, 60])
        #expect(try prometheus.samples(#"k6_iterations_total{task=""}"#).map { $0.samples.map(\.value) } == [["0", "120"]])
        #expect(try await run.endpoint.stop().count == 120)
        _ = try await single.endpoint.stop()
    }

    /// Task 0 decides whether there is a next run, the other waits for it: both carry out their half of each.
    @Test func twoNodesRepeatTogether() async throws {
        let run = try await SlurmRun(seconds: 4, extra: ["--loadtest-nodes", "2", "--repeat", "2"])
        #expect(try await run.program.end(within: 180) == 0, "\(run.program.errors)")
        let errors = run.program.errors
        let summaries = errors.split(separator: "\n").filter { $0.hasPrefix("Summary: ") }.map { String($0.dropFirst(9)) }
        try #require(summaries.count == 2, "\(errors)")
        for path in summaries {
            let document = try Summary(jsonData: Array(Data(contentsOf: URL(filePath: path))), path: path).document
            #expect(document[path: "sml", "counts", "planned"]?.integer == 80)
            #expect(document[path: "sml", "counts", "finished"]?.integer == 80)
            #expect(document[path: "sml", "tasks", "lost"]?.elements.isEmpty == true)
            #expect(document[path: "sml", "tasks", "each"]?.elements.map { $0["finished"]?.integer } == [40, 40])
        }
        // Two files a run, each with its half.
        #expect(try parts(errors).map(\.requests.count) == [40, 40, 40, 40])
        #expect(run.program.output.contains("=== LLM Load Test: 2 of 2 runs of one plan ==="))
        #expect(try await run.endpoint.stop().count == 160)
    }

    /// The other goes on to the end of its plan.
    @Test func aLostTaskIsSaid() async throws {
        let run = try await SlurmRun(seconds: 10, extra: ["--loadtest-nodes", "2"])
        let job = try await run.job()
        try await run.sends(atLeast: 60)
        let task = try run.bed.processes(job: job, variables: ["SLURM_PROCID=1"])
        #expect(!task.isEmpty)
        for id in task { kill(id, SIGKILL) }
        #expect(try await run.program.end(within: 180) == 75, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) lost task 1 of 2; the summary has what their records hold\n"))
        let document = try summary(run)
        #expect(document[path: "sml", "tasks", "lost"]?.elements.compactMap(\.integer) == [1])
        let parts = try parts(run.program.errors)
        #expect(parts.first?.requests.count == 100)
        #expect(document[path: "sml", "counts", "finished"]?.integer == Int64(parts.reduce(0) { $0 + $1.requests.count }))
        _ = try await run.endpoint.stop()
    }

    /// SLURM ends the rest of such a job, which then says what there is.
    @Test func aLostNodeLeavesTheSummaryOfTheRest() async throws {
        let run = try await SlurmRun(seconds: 300, extra: ["--loadtest-nodes", "2"])
        let job = try await run.job()
        try await run.sends(atLeast: 80)
        let list = try await run.bed.administer("squeue", ["-h", "-j", job, "-o", "%N"], in: run.scratch)
        let names = try await run.bed.administer(
            "scontrol", ["show", "hostnames", list.trimmingCharacters(in: .whitespacesAndNewlines)], in: run.scratch
        ).split(separator: "\n").map(String.init)
        #expect(names.count == 2)
        try await run.bed.lose(node: try #require(names.last), job: job, in: run.scratch)
        #expect(try await run.program.end(within: 180) == 113, "\(run.program.errors)")
        #expect(run.program.errors.contains("sml: job \(job) lost its node, and lost task 1 of 2"))
        #expect(!run.program.errors.contains("wrote no summary"))
        let document = try summary(run)
        #expect(document[path: "sml", "outcome", "kind"] == .string("interrupted"))
        let parts = try parts(run.program.errors)
        #expect(parts.count == 2)
        // What the lost one had not yet written to disk, a second's worth, is lost with it.
        #expect(document[path: "sml", "counts", "finished"]?.integer ?? 0 > 40)
        _ = try await run.endpoint.stop()
    }

    @Test func moreNodesThanVirtualUsersAreRefused() async throws {
        let run = try await SlurmRun(seconds: 3, extra: ["--loadtest-nodes", "21"])
        #expect(try await run.program.end() == 64)
        #expect(run.program.errors == "sml: --loadtest-nodes: 21 nodes cannot share the 20 virtual users of scenario \"load3\"\n")
    }
}
