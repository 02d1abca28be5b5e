// Progress lines as they look, and the rhythm in which they are written.

import Generator
import Synchronization
import Testing

@testable import Metrics

struct ProgressTests {
    private var snapshot: ProgressSnapshot {
        ProgressSnapshot(
            elapsed: 30_000_000_000, total: 120_000_000_000, inFlight: 12, rateAsked: 20, rateAchieved: 19.6,
            outputTokensPerSecond: 1_254.4, finished: 588, successRate: 0.9966, p50: 851.4, p95: 1_520, errors: 2, dropped: 0,
            lateness: 0.31)
    }

    @Test func terminalLine() {
        #expect(
            ProgressLine.render(snapshot, width: 200, color: false)
                == "█████░░░░░░░░░░░░░░░ 25% 30.0s/2m00s  12 in flight  19.6 of 20.0/s  1,254 tok/s  588 done  99.6% ok  "
                + "p50 851ms p95 1.52s  2 errors  late 0.310ms")
    }

    @Test(arguments: [10, 40, 60, 80, 100, 120])
    func fitsTheTerminal(width: Int) {
        let full = ProgressLine.render(snapshot, width: 200, color: false)
        let line = ProgressLine.render(snapshot, width: width, color: false)
        #expect(line.count < width)
        #expect(full.hasPrefix(line))
    }

    @Test func colourMarksWhatIsBadAndTakesNoRoom() {
        let line = ProgressLine.render(snapshot, width: 200, color: true)
        #expect(line.contains("\u{1B}[31m99.6% ok\u{1B}[0m"))
        #expect(line.contains("\u{1B}[31m2 errors\u{1B}[0m"))
        let plain = ProgressLine.render(snapshot, width: 100, color: false)
        let coloured = ProgressLine.render(snapshot, width: 100, color: true)
        #expect(
            coloured.split(separator: "\u{1B}[31m").joined().split(separator: "\u{1B}[0m").joined() == plain)
    }

    @Test func logLine() {
        #expect(
            ProgressLine.plain(snapshot)
                == "running 30.0s/2m00s, 12 in flight, 19.6 of 20.0/s, 1,254 tok/s, 588 done, 99.6% ok, p50 851ms p95 1.52s, "
                + "2 errors, late 0.310ms")
        var closed = ProgressSnapshot(elapsed: 500_000_000, total: 0, isDraining: true, inFlight: 3, virtualUsers: 3)
        closed.dropped = 4
        #expect(ProgressLine.plain(closed) == "running 500ms draining, 3 in flight, 3 VUs 0/s, 0 done, 4 dropped")
    }

    @Test func snapshotIsTakenFromTheStatistics() {
        let records = (0..<50).map { Samples.request(at: Double($0) * 100, latency: 50) }
        let run = RunStatisticsTests.statistics(records)
        let taken = ProgressSnapshot(statistics: run, elapsed: 5_000_000_000, total: 10_000_000_000, inFlight: 2)
        #expect(taken.rateAchieved == 10 && taken.outputTokensPerSecond == 640)
        #expect((taken.finished, taken.successRate, taken.p50, taken.p95) == (50, 1, 50, 50))
        // What a server turns away at once does not make it look fast.
        let shed = RunStatisticsTests.statistics(
            records + records.map { Samples.request(at: Double($0.started) / 1e6, latency: 1, status: 503) })
        let half = ProgressSnapshot(statistics: shed, elapsed: 5_000_000_000, total: 10_000_000_000, inFlight: 2)
        #expect((half.finished, half.successRate, half.p50, half.outputTokensPerSecond) == (100, 0.5, 50, 640))
        #expect(taken.lateness == 0.2 && taken.keptUp)
        let empty = ProgressSnapshot(statistics: RunStatisticsTests.statistics([]), elapsed: 0, total: 1, inFlight: 0)
        #expect(empty.p50 == nil && empty.outputTokensPerSecond == nil && empty.successRate == nil && empty.lateness == nil)
    }

    private final class Output: Sendable {
        private let lines = Mutex<[String]>([])
        var text: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test func plainWritesEveryTenSeconds() {
        let output = Output()
        var printer = ProgressPrinter(mode: .plain, width: { 80 }) { output.append($0) }
        for tick in 1...100 {
            var now = snapshot
            now.elapsed = Int64(tick) * 300_000_000
            #expect(printer.isDue(elapsed: now.elapsed) == (tick == 34 || tick == 67 || tick == 100))
            printer.update(now)
        }
        printer.clear()
        #expect(output.text.map { $0.prefix(13) } == ["running 10.2s", "running 20.1s", "running 30.0s"])
        #expect(output.text.allSatisfy { $0.hasSuffix("\n") })
    }

    @Test func terminalRedrawsAndClears() {
        let output = Output()
        var printer = ProgressPrinter(mode: .terminal(color: false), width: { 60 }) { output.append($0) }
        printer.clear()
        printer.update(snapshot)
        printer.log("warning")
        printer.update(snapshot)
        printer.clear()
        #expect(output.text.count == 5)
        #expect(output.text[0].hasPrefix("\r█") && output.text[0].hasSuffix("\u{1B}[K"))
        #expect(output.text[1...2] == ["\r\u{1B}[K", "warning\n"])
        #expect(output.text[4] == "\r\u{1B}[K")
    }

    @Test func aHighTerminalHasTheLastSecondsBelow() {
        var now = snapshot
        now.lateRates = (0..<30).map { Double($0 % 8) }
        now.lateP95 = (0..<30).map { $0 % 10 == 3 ? nil : 100 * Double($0 % 8) }
        for (height, width, isThere) in [(20, 80, true), (19, 80, false), (50, 45, false), (50, 60, true)] {
            let output = Output()
            var printer = ProgressPrinter(mode: .terminal(color: false), width: { width }, height: { height }) { output.append($0) }
            printer.update(now)
            printer.clear()
            let lines = output.text[0].split(separator: "\r\n")
            #expect(lines.count == (isThere ? 2 : 1), "\(height) × \(width)")
            #expect(output.text[1] == (isThere ? "\r\u{1B}[J" : "\r\u{1B}[K"))
            guard isThere else { continue }
            // Back on the line where the frame began.
            #expect(lines[1].hasSuffix("\u{1B}[K\u{1B}[A\r"))
            #expect(lines[1].prefix { $0 != "\u{1B}" }.count < width)
            #expect(lines[1].contains("▁") && lines[1].contains("█") && lines[1].contains("p95"))
        }
        #expect(Sparkline.text([0, nil, 1, 8]) == "▁ ▂█")
        #expect(ProgressLine.lately(snapshot, width: 80) == nil)
    }

    /// By when they ended, and of whole seconds only.
    @Test func theLastSecondsAreThoseThatEnded() {
        let records = [(100.0, 50.0), (100, 3_000), (2_500, 700), (3_900, 20)].map { Samples.request(at: $0.0, latency: $0.1) }
        let run = RunStatisticsTests.statistics(records)
        let taken = ProgressSnapshot(statistics: run, elapsed: 4_200_000_000, total: 0, inFlight: 0)
        #expect(taken.lateRates == [1, 0, 0, 3])
        #expect(taken.lateP95.map { $0.map { Int($0 / 500) } } == [0, nil, nil, 5])
    }

    @Test func quietWritesNothing() {
        let output = Output()
        var printer = ProgressPrinter(mode: .quiet, width: { 80 }) { output.append($0) }
        printer.update(snapshot)
        printer.clear()
        #expect(output.text.isEmpty)
    }
}
