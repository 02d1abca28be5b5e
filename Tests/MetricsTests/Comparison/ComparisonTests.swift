// Pairs of runs of known difference through the whole of a comparison: figures, verdict, refusals, notes, text and document.

import Base
import Generator
import Glibc
import Statistics
import Testing

@testable import Metrics

struct ComparisonTests {
    private func figure(_ comparison: Comparison, _ quantity: ComparedQuantity, _ p: Double? = nil) throws -> ComparisonFigure {
        try #require(comparison.figures.first { $0.quantity == quantity && $0.p == p })
    }

    @Test func aSlowerServerIsFoundAtTheSameTime() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet)
        #expect(comparison.objections.isEmpty && comparison.verdict == .worse && comparison.exitStatus == .worse)
        for p in [0.5, 0.95, 0.99] {
            let found = try figure(comparison, .latency, p)
            let ratio = try #require(found.measured)
            #expect(abs(ratio.ratio - 1.05) < 0.01 && ratio.low > 1.02 && ratio.detectable < 0.03, "p\(p): \(ratio)")
            #expect(found.isDifferent && found.isWorse && found.atEqualLengths == nil)
        }
        // Requests due are what is sent: no merit of a server.
        #expect(try figure(comparison, .throughput).untested == .schedule)
        #expect(try figure(comparison, .outputTokensPerSecond).untested == .schedule)
        #expect(try figure(comparison, .successRate).untested == .noFailure)
        #expect(try #require(comparison.lengths).isDifferent == false)
        #expect(!comparison.notes.contains(ComparisonNote.sequential))
        #expect(comparison.labels.map(\.name) == ["short", "long"])
        #expect(Comparison(a: [a.slower(1.05).run("b")], b: [a.run("a")], design: .duet).verdict == .better)
    }

    @Test func equalServersAreEqual() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1).run("b")], design: .duet, settings: .init(tolerance: 0.01))
        #expect(comparison.verdict == .noDifference && comparison.exitStatus == .done)
        let p95 = try figure(comparison, .latency, 0.95)
        #expect(abs(try #require(p95.measured).ratio - 1) < 0.01 && p95.sentence?.hasPrefix("p95: ") == true)
    }

    @Test func theToleranceMustBeExceededByTheWholeInterval() throws {
        let a = PairedRuns()
        let (first, second) = (a.run("a"), a.slower(1.05).run("b"))
        func verdict(_ tolerance: Double) -> Comparison.Verdict {
            Comparison(a: [first], b: [second], design: .duet, settings: .init(tolerance: tolerance)).verdict
        }
        #expect(verdict(0.03) == .worse && verdict(0.06) == .noDifference && verdict(0.1) == .noDifference)
    }

    @Test func runsThatBeganApartAreOneAfterTheOther() {
        let a = PairedRuns()
        var later = a.slower(1)
        later.started += 600_000_000_000
        let comparison = Comparison(a: [a.run("a")], b: [later.run("b")])
        #expect(comparison.design == .sequential && comparison.notes.contains(ComparisonNote.sequential))
        #expect(Comparison(a: [a.run("a")], b: [a.slower(1).run("b")]).design == .duet)
    }

    @Test func longerAnswersAreNoSlowerServer() throws {
        // Latency is by token; B writes up to 30 % more.
        var a = PairedRuns()
        a.seconds = 900
        a.latency = { index, random in
            let tokens = Int32(50 + 100 * random.next())
            return (Double(tokens) * 4 * (0.98 + 0.04 * random.next()), tokens)
        }
        var b = a
        b.seed = 3
        b.latency = { _, random in
            let tokens = Int32((50 + 100 * random.next()) * 1.1)
            return (Double(tokens) * 4 * (0.98 + 0.04 * random.next()), tokens)
        }
        let comparison = Comparison(a: [a.run("a")], b: [b.run("b")], design: .duet)
        let median = try figure(comparison, .latency, 0.5)
        #expect(try #require(median.measured).low > 1.05)
        let adjusted = try #require(median.atEqualLengths)
        #expect(abs(adjusted.ratio - 1) < 0.02)
        let lengths = try #require(comparison.lengths)
        #expect(lengths.isDifferent && abs(lengths.b / lengths.a - 1.1) < 0.02)
        #expect(try #require(lengths.ratio).low > 1.05)
        #expect(comparison.textBlock(color: false).contains("at equal lengths"))
    }

    @Test func turnsArePaired() throws {
        // 20 pairs of 15 s, 5 s of each unmeasured, on a machine that gets 40 % slower in the whole.
        var made = PairedRuns()
        made.seconds = 600
        made.latency = { index, random in (200 * (0.5 + random.next()) * (1 + 0.4 * Double(index) / 12_000), 64) }
        let (second, head): (Int64, Int64) = (1_000_000_000, 5_000_000_000)
        var ofA: [Range<Int64>] = [], ofB: [Range<Int64>] = []
        for turn in 0..<40 {
            let start = Int64(turn) * 15 * second
            let measured = start + head..<start + 15 * second
            // A B, B A, A B, …
            if (turn / 2 + turn) % 2 == 0 { ofA.append(measured) } else { ofB.append(measured) }
        }
        func run(_ name: String, _ turns: [Range<Int64>], factor: Double) -> ComparedRun {
            var run = made.run(name)
            var requests = ComparedRequests()
            for var record in made.records {
                let due = record.scheduled
                guard turns.contains(where: { $0.lowerBound - head <= due && due < $0.upperBound }) else { continue }
                record.end = record.started + Int64(Double(record.end - record.started) * factor)
                requests.consume(record)
            }
            run.requests = requests
            return run
        }
        let equal = Comparison(
            a: [run("a", ofA, factor: 1)], b: [run("b", ofB, factor: 1)], design: .alternating(a: ofA, b: ofB),
            settings: .init(tolerance: 0.05))
        #expect(equal.verdict == .noDifference)
        let slower = Comparison(a: [run("a", ofA, factor: 1)], b: [run("b", ofB, factor: 1.2)], design: .alternating(a: ofA, b: ofB))
        let median = try figure(slower, .latency, 0.5)
        #expect(median.isDifferent && median.isWorse && slower.design.name == "abba")
        #expect(abs(try #require(median.measured).ratio - 1.2) < 0.07)
    }

    @Test func repeatsHaveTheIntervalBetweenThem() throws {
        // Each pair has a machine of its own: what a single one finds is not there in the next.
        let shifts = [1.04, 0.97, 1.02, 0.96, 1.01]
        var a: [ComparedRun] = [], b: [ComparedRun] = []
        for (index, shift) in shifts.enumerated() {
            var made = PairedRuns()
            made.seconds = 120
            made.started += Int64(index) * 1_000_000_000_000
            a.append(made.run("a\(index)"))
            b.append(made.slower(shift).run("b\(index)"))
        }
        let comparison = Comparison(a: a, b: b)
        #expect(comparison.design == .repeats && comparison.verdict == .noDifference)
        let median = try #require(try figure(comparison, .latency, 0.5).measured)
        #expect(median.blocks == 5 && median.low < 1 && 1 < median.high && median.detectable > 0.03)
        #expect(comparison.notes.contains(ComparisonNote.betweenRuns(5)) && !comparison.notes.contains(ComparisonNote.fewRepeats))
        // A single one of them is sure of what is not there.
        #expect(Comparison(a: [a[1]], b: [b[1]]).verdict == .better)
        // Summaries are enough for it.
        func bare(_ runs: [ComparedRun]) -> [ComparedRun] { runs.map { ComparedRun(name: $0.name, result: $0.result) } }
        let ofSummaries = Comparison(a: bare(a), b: bare(b))
        #expect(ofSummaries.verdict == .noDifference)
        #expect(abs(try #require(try figure(ofSummaries, .latency, 0.5).measured).ratio / median.ratio - 1) < 0.01)
    }

    /// Files of one name and size may hold other prompts; the same ones may have another name.
    @Test func promptsAreComparedByTheirContent() throws {
        var a = PairedRuns()
        a.seconds = 60
        var other = a.slower(1)
        other.digest = "fnv1a:0000000000000001"
        let refused = Comparison(a: [a.run("a")], b: [other.run("b")], design: .duet)
        #expect(
            refused.objections.map(\.text) == [
                "corpus differs (A 12 prompts, fnv1a:34531ca7168b8f38, B 12 prompts, fnv1a:0000000000000001)"
            ], "\(refused.objections.map(\.text))")
        var renamed = a.slower(1).run("b")
        renamed.result.run?.corpus.file = "/elsewhere/copy.json"
        let same = Comparison(a: [a.run("a")], b: [renamed], design: .duet)
        #expect(same.objections.isEmpty && !same.notes.contains(ComparisonNote.corpusByName))

        // A run of before it was taken has a name and a size.
        other.digest = nil
        let old = Comparison(a: [a.run("a")], b: [other.run("b")], design: .duet)
        #expect(old.objections.isEmpty && old.notes.contains(ComparisonNote.corpusByName))
        var elsewhere = other.run("b")
        elsewhere.result.run?.corpus.file = "/elsewhere/copy.json"
        #expect(Comparison(a: [a.run("a")], b: [elsewhere], design: .duet).objections.count == 1)
    }

    @Test func summariesAloneHaveValues() throws {
        let a = PairedRuns()
        let first = ComparedRun(name: "a", result: a.run("a").result),
            second = ComparedRun(name: "b", result: a.slower(1.05).run("b").result)
        let comparison = Comparison(a: [first], b: [second])
        #expect(comparison.design == .values && comparison.verdict == .none && comparison.exitStatus == .records)
        #expect(comparison.notes == [ComparisonNote.noRecords, ComparisonNote.repeats(a: (0.6, nil), b: (0.6, nil))])
        let median = try figure(comparison, .latency, 0.5)
        #expect(abs(try #require(median.ratioOfValues) - 1.05) < 0.01 && median.measured == nil)
    }

    @Test func shortRunsSayHowLongWouldDo() throws {
        var a = PairedRuns()
        a.seconds = 60
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1).run("b")], design: .duet)
        // 1,000 requests have 10 beyond p99, and eight blocks of five need 40.
        guard case .tooShort(let more)? = try figure(comparison, .latency, 0.99).untested else { Issue.record("\(comparison)"); return }
        #expect(abs(more - 150) < 1)
        #expect(
            try #require(try figure(comparison, .latency, 0.99).sentence) == "p99: too short to compare; about 3 more minutes at this rate")
        #expect(try figure(comparison, .latency, 0.5).measured != nil)
    }

    @Test func lateBlocksAreLeftOut() throws {
        var a = PairedRuns()
        // For three seconds 30 ms late: a twentieth of the run, far too little for INVALID.
        a.lateness = { 1200..<1260 ~= $0 ? 30 : 0.05 }
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1).run("b")], design: .duet)
        #expect(try figure(comparison, .latency, 0.5).lateBlocks == 1)
        #expect(comparison.notes.contains { $0.hasPrefix("1 of 20 blocks left out") })
        #expect(try #require(try figure(comparison, .latency, 0.5).measured).blocks == 19)
    }

    @Test func whatIsNoPairIsRefusedByName() {
        let a = PairedRuns()
        func objections(_ change: (inout PairedRuns) -> Void, allowed: Set<String> = []) -> [String] {
            var b = a
            change(&b)
            return Comparison(a: [a.run("a")], b: [b.run("b")], design: .duet, settings: .init(allowed: allowed)).objections.map(\.text)
        }
        #expect(objections { $0.model = "org/other" } == ["model differs (A org/m, B org/other)"])
        #expect(objections({ $0.model = "org/other" }, allowed: ["model"]).isEmpty)
        #expect(
            objections { $0.scenario = .object([("rate", .int(25)), ("max_tokens", .int(64)), ("prompt_seed", .int(42))]) }
                == ["rate differs (A 20, B 25)"])
        #expect(
            objections { $0.scenario = .object([("rate", .int(20)), ("prompt_seed", .int(42))]) } == ["max_tokens differs (A 64, B none)"])
        #expect(objections { $0.failing = { $0 % 50 == 0 } } == ["success rates differ by more than 1 point (A 100.0 %, B 98.0 %)"])
        #expect(objections { $0.dropped = 100 }.contains("1.6 % of B's arrivals were dropped"))
        #expect(objections { $0.lateness = { _ in 40 } }.contains("B is INVALID: it measured its generator"))
        #expect(
            objections { $0.latency = { index, _ in (100 + Double(index) * 20, 64) } }.contains(
                "B is OVERLOADED: its percentiles depend on its length"))
        // What is not the load may differ.
        #expect(
            objections {
                $0.scenario = .object([("rate", .int(20)), ("max_tokens", .int(64)), ("prompt_seed", .int(42)), ("name", .string("x"))])
            }.isEmpty)
    }

    @Test func failuresAreCompared() throws {
        var a = PairedRuns()
        a.failing = { $0 % 1_000 == 0 }
        var b = a.slower(1)
        b.failing = { $0 % 200 == 0 }
        let comparison = Comparison(a: [a.run("a")], b: [b.run("b")], design: .duet)
        let rate = try figure(comparison, .successRate)
        #expect(rate.isTested && rate.isWorse && rate.isDifferent)
        #expect(try #require(rate.sentence).hasPrefix("success rate: B is 0.4 % lower ("))
    }

    @Test func closedLoopsAreComparedByThroughput() throws {
        var a = PairedRuns()
        a.hasSchedule = false
        a.isStreamed = true
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet)
        #expect(try figure(comparison, .throughput).isTested)
        #expect(try figure(comparison, .timeToFirstToken, 0.95).isDifferent)
        #expect(try figure(comparison, .timePerToken, 0.5).isWorse)
    }

    @Test func textFitsIn80Columns() {
        var a = PairedRuns()
        a.isStreamed = true
        for b in [a.slower(1), a.slower(1.05)] {
            let text = Comparison(a: [a.run("runs/a")], b: [b.run("runs/b")]).textBlock(color: false)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
            #expect(!text.contains("\u{1B}"))
        }
    }

    @Test func theDocumentSaysWhatTheTextSays() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet)
        let document = comparison.document
        #expect(document["verdict"] == .string("b_worse") && document["design"] == .string("duet") && document["exit_code"] == .int(1))
        let p95 = try #require(document[path: "figures", "latency_p95"])
        let ratio = try #require(try figure(comparison, .latency, 0.95).measured)
        #expect(p95[path: "measured", "ratio"]?.number == ratio.ratio && p95["different"] == .bool(true) && p95["unit"] == .string("ms"))
        #expect(try JSON.parse(document.bytes(indentation: 2)) == document)
    }

    /// The blocks behind an interval: their mean is the estimate, and they fill the measured time without a gap.
    @Test func theBlocksOfAnIntervalAreThere() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet)
        for p in ComparedQuantity.percentiles {
            let found = try figure(comparison, .latency, p)
            let estimate = try #require(found.measured)
            #expect(found.parts.count == estimate.blocks && found.parts.allSatisfy { !$0.isLate })
            let mean = found.parts.reduce(0) { $0 + log($1.ratio) } / Double(found.parts.count)
            #expect(abs(exp(mean) - estimate.ratio) < 1e-9)
            // A warm-up of ten seconds and 300 s of load.
            #expect(found.parts.first?.from == 10 && found.parts.last?.to == 300)
            #expect(zip(found.parts, found.parts.dropFirst()).allSatisfy { $0.to == $1.from })
        }
        // One that is late is there, and said to be.
        var late = a
        late.lateness = { 1200..<1260 ~= $0 ? 30 : 0.05 }
        let withLate = try figure(Comparison(a: [late.run("a")], b: [late.slower(1).run("b")], design: .duet), .latency, 0.5)
        #expect(withLate.parts.count == 20 && withLate.parts.filter(\.isLate).map(\.from) == [53.5])
    }

    /// Each tenth of the distribution has its ratio: here all the same, and the ones of the verdict are among them.
    @Test func theShiftIsTheSameAtEachQuantileOfAServerThatIsSlowerByAFactor() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet)
        #expect(comparison.shift.compactMap(\.p) == ComparedQuantity.shiftPercentiles)
        #expect(comparison.figures.filter { $0.quantity == .latency }.compactMap(\.p) == ComparedQuantity.percentiles)
        for point in comparison.shift {
            let ratio = try #require(point.decisive)
            #expect(abs(ratio.ratio - 1.05) < 0.02 && ratio.low > 1 && ratio.high < 1.1, "\(point.p ?? 0): \(ratio)")
        }
        #expect(comparison.shift.first { $0.p == 0.95 }?.measured == (try figure(comparison, .latency, 0.95).measured))
        // Only the tail: a tenth of the requests takes twice as long.
        var tail = a
        tail.latency = { index, random in (PairedRuns.shared(index) * (index % 10 == 0 ? 2 : 1) * (0.99 + 0.02 * random.next()), 64) }
        let found = Comparison(a: [a.run("a")], b: [tail.run("b")], design: .duet).shift
        let (low, high) = (try #require(found.first?.decisive?.ratio), try #require(found.last?.decisive?.ratio))
        #expect(low < 1.05 && high > 1.3, "\(low) \(high)")
    }

    @Test func aDocumentIsReadBackAsItWasWritten() throws {
        let a = PairedRuns()
        let comparison = Comparison(a: [a.run("a")], b: [a.slower(1.05).run("b")], design: .duet, settings: .init(tolerance: 0.01))
        let read = try #require(ReadComparison(JSON.parse(comparison.document.bytes(indentation: nil))))
        #expect(read.verdict == comparison.verdict && read.design == "duet" && read.tolerance == 0.01 && read.notes == comparison.notes)
        #expect(read.figures.count == comparison.figures.count)
        for (one, other) in zip(read.figures, comparison.figures) {
            #expect(one.quantity == other.quantity && one.p == other.p && one.text == other.sentence && one.parts == other.parts)
            #expect(one.decisive?.ratio == other.decisive?.ratio ?? other.ratioOfValues && one.decisive?.low == other.decisive?.low)
            #expect(one.isTested == other.isTested && one.isDifferent == other.isDifferent)
        }
        #expect(read.shift.map(\.ratio) == comparison.shift.compactMap(\.decisive?.ratio))
        #expect(read.labels.map(\.name) == ["short", "long"] && read.labels.allSatisfy { $0.figures.allSatisfy(\.parts.isEmpty) })
        #expect(ReadComparison(.object([("verdict", .string("?"))])) == nil)
    }

    @Test func repeatsHaveAPartAPair() throws {
        let a = PairedRuns()
        let comparison = Comparison(
            a: [a.run("a1"), a.run("a2"), a.run("a3")],
            b: [a.slower(1.02).run("b1"), a.slower(1.04).run("b2"), a.slower(1.03).run("b3")])
        let parts = try figure(comparison, .latency, 0.5).parts
        #expect(comparison.design == .repeats && parts.count == 3 && parts.allSatisfy { $0.from == nil })
        #expect(zip(parts, [1.02, 1.04, 1.03]).allSatisfy { abs($0.ratio - $1) < 0.005 }, "\(parts)")
    }

    @Test func fewerAreKeptOfMany() {
        var few = ComparedRequests(most: 1_000)
        var all = ComparedRequests()
        var made = PairedRuns()
        made.seconds = 250
        for record in made.records {
            few.consume(record)
            all.consume(record)
        }
        #expect(all.count == 5_000 && few.weight == 8 && few.count == 625)
        #expect(all.thinned(to: 8).count == 625)
    }
}
