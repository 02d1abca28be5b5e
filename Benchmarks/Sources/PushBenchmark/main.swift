// CPU time and allocations of one push in which every series has a new value: computing the series from the
// statistics, and, when a receiver's URL is given, encoding, compressing and sending them as well.
//
//     swift run -c release -Xswiftc -enable-testing --package-path Benchmarks PushBenchmark [http://127.0.0.1:9090/api/v1/write]

import CAllocationCount
@testable import Generator
import Glibc
@testable import Metrics
@testable import RemoteWrite
@testable import Series

func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

func request(label: Int, number: Int) -> RunRecord {
    var record = RunRecord()
    record.started = Int64(number) * 1_000_000
    record.scheduled = record.started
    record.sent = record.started + 40_000
    // Less apart than the requests are, so that every request is the newest sample of its series.
    record.firstByte = record.sent + 50_000_000 + Int64((number &* 7919) % 900) * 1_000
    record.end = record.firstByte + 80_000
    record.label = UInt16(label)
    record.status = 200
    record.httpVersion = 11
    record.promptTokens = Int32(10 + number % 50)
    record.completionTokens = Int32(64 + number % 200)
    record.flags = [.final, .endsIteration, .parsed, .hasChoices, .connectionReused]
    return record
}

func wallNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

let statistics = ["min", "avg", "med", "p(90)", "p(95)", "p(99)", "max"].compactMap { TrendStatistic($0) }
let pushes = 10

/// `labels` prompt labels of `requests` requests each.
func measure(labels: Int, requests: Int, receiver: String?) async throws {
    var run = RunStatistics(
        labels: (0..<labels).map { "label\($0)" }, texts: TextTable(), mainURL: "http://server:8000/v1/chat/completions")
    for number in 0..<requests { for label in 0..<labels { run.consume(request(label: label, number: number)) } }
    var registry = SeriesRegistry(
        tags: SeriesTags(scenario: "bench", runLabel: "run\(labels)x\(requests)x\(getpid())", model: "m"),
        form: .statistics(statistics), startedUnixNanoseconds: wallNanoseconds() - Int64(requests + 1000) * 1_000_000)
    var writer: RemoteWriter?
    if let receiver {
        var configuration = RemoteWriteConfiguration(receiver: try ReceiverURL.parse(receiver).url)
        configuration.pushInterval = .milliseconds(20)
        writer = try RemoteWriter(configuration: configuration)
    }
    func snapshot(_ run: RunStatistics, _ number: Int) -> RunSnapshot {
        RunSnapshot(
            statistics: run, elapsed: Int64(number + 1000) * 1_000_000, startedIterations: number, droppedArrivals: 0)
    }
    // The first look renders the labels; it happens once a run.
    var start = (cpu: cpuSeconds(), allocations: allocation_count())
    let first = registry.updates(snapshot(run, requests))
    let rendering = (cpuSeconds() - start.cpu, allocation_count() - start.allocations)
    writer?.submit(first)
    while let writer, writer.report.samplesSent < first.count { usleep(2000) }

    var computing = (cpu: 0.0, allocations: UInt(0)), whole = (cpu: 0.0, allocations: UInt(0)), count = 0
    for push in 0..<pushes {
        for label in 0..<labels { run.consume(request(label: label, number: requests + push)) }
        let sent = writer?.report.pushesSucceeded ?? 0
        start = (cpuSeconds(), allocation_count())
        let updates = registry.updates(snapshot(run, requests + push))
        computing.cpu += cpuSeconds() - start.cpu
        computing.allocations += UInt(allocation_count() - start.allocations)
        count = updates.count
        if let writer {
            writer.submit(updates)
            while writer.report.pushesSucceeded == sent || writer.report.seriesUndelivered > 0 { usleep(2000) }
        }
        whole.cpu += cpuSeconds() - start.cpu
        whole.allocations += UInt(allocation_count() - start.allocations)
    }
    func milliseconds(_ seconds: Double) -> String { "\((seconds * 1e5).rounded() / 100) ms" }
    print(
        "\(count) series, \(requests) requests a label: first look \(milliseconds(rendering.0)), \(rendering.1) allocations;"
            + " computing \(milliseconds(computing.cpu / Double(pushes))), \(computing.allocations / UInt(pushes)) allocations"
            + (writer == nil
                ? "" : "; whole push \(milliseconds(whole.cpu / Double(pushes))), \(whole.allocations / UInt(pushes)) allocations"))
    if let writer { print("  \(await writer.finish().report)") }
}

let receiver = CommandLine.arguments.dropFirst().first
for (labels, requests) in [(3, 200), (3, 5_000), (3, 50_000), (60, 200), (60, 5_000), (60, 20_000)] {
    try await measure(labels: labels, requests: requests, receiver: receiver)
}
