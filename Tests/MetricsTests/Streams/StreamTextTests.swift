// Streams as a person sees them: in the block at the end, on the progress line, and not at all where there are none.

import Generator
import Testing

@testable import Metrics

struct StreamTextTests {
    private static func statistics(_ records: [RunRecord]) -> RunStatistics {
        var statistics = RunStatisticsTests.statistics(records)
        if records.contains(where: { $0.firstToken >= 0 }) { statistics.consume(Samples.streamCounts) }
        return statistics
    }

    private static func block(_ records: [RunRecord]) -> [String] {
        SummaryBuilder.build(statistics: statistics(records), context: Samples.context(), outcome: Samples.outcome)
            .textBlock(color: false).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func theBlockHasATableOfStreams() throws {
        var other = Samples.streamed(at: 300)
        other.label = 1
        let lines = Self.block([Samples.streamed(), other])
        let head = try #require(lines.firstIndex { $0.hasPrefix("  streams, ms") })
        #expect(lines[head].split(separator: " ").suffix(8) == ["count", "min", "avg", "med", "p90", "p95", "p99", "max"])
        func cells(_ line: String) -> [Substring] { line.split(separator: " ") }
        #expect(cells(lines[head + 1]) == ["first", "token", "2"] + Array(repeating: "50.0", count: 7))
        #expect(cells(lines[head + 2]).prefix(3) == ["from", "schedule", "2"])
        // 100 ms for 20 tokens.
        #expect(cells(lines[head + 3]) == ["per", "token", "after", "2"] + Array(repeating: "5.00", count: 7))
        #expect(cells(lines[head + 4]).prefix(3) == ["between", "chunks", "10"])
        #expect(cells(lines[head + 5]).prefix(3) == ["·", "short", "1"] && cells(lines[head + 6]).prefix(3) == ["·", "long", "1"])
        #expect(lines[head + 7] == "  chunks       1.91 tokens each on average: the time between them is not that between tokens")
    }

    @Test func aTokenAChunkNeedsNoWord() {
        var record = Samples.streamed()
        record.completionTokens = 11
        let lines = Self.block([record])
        #expect(lines.contains { $0.hasPrefix("  streams, ms") } && !lines.contains { $0.contains("tokens each") })
    }

    @Test func aRunWithoutStreamsSaysNothingOfThem() {
        let lines = Self.block([Samples.request()])
        #expect(!lines.contains { $0.contains("streams") || $0.contains("first token") })
        let whole = ProgressSnapshot(statistics: Self.statistics([Samples.request()]), elapsed: 1, total: 2, inFlight: 0)
        #expect(whole.firstTokenP50 == nil && !ProgressLine.plain(whole).contains("TTFT"))
    }

    @Test func theProgressLineHasTheFirstToken() {
        let snapshot = ProgressSnapshot(
            statistics: Self.statistics([Samples.streamed(), Samples.streamed(at: 500)]), elapsed: 1_000_000_000, total: 2_000_000_000,
            inFlight: 0)
        #expect(ProgressLine.plain(snapshot).contains("TTFT p50 50.0ms p95 50.0ms"))
        #expect(ProgressLine.render(snapshot, width: 200, color: false).contains("  TTFT p50 50.0ms p95 50.0ms"))
    }
}
