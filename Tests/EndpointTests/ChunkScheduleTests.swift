import Testing

@testable import Endpoint

@Suite struct ChunkScheduleTests {
    /// Everything that happens, with its instant.
    private func steps(_ schedule: ChunkSchedule) -> [(step: ChunkSchedule.Step, due: UInt64)] {
        var schedule = schedule
        var steps = [(schedule.step, schedule.due)]
        while schedule.step != .end {
            schedule.advance()
            steps.append((schedule.step, schedule.due))
        }
        return steps
    }

    private func behaviour(_ change: (inout StreamBehaviour) -> Void) -> StreamBehaviour {
        var behaviour = StreamBehaviour()
        change(&behaviour)
        return behaviour
    }

    @Test func aTokenAChunkAtEvenGaps() {
        let steps = steps(ChunkSchedule(firstToken: 1000, timePerToken: 10.5, departure: 1042, tokens: 4))
        #expect(steps.map(\.step) == [.tokens(0..<1), .tokens(1..<2), .tokens(2..<3), .tokens(3..<4), .end])
        #expect(steps.map(\.due) == [1000, 1011, 1021, 1032, 1042])
    }

    @Test func aChunkLeavesWithItsFirstToken() {
        let five = behaviour { $0.tokensPerChunk = .fixed(5) }
        let steps = steps(ChunkSchedule(firstToken: 1000, timePerToken: 10, departure: 1120, tokens: 12, behaviour: five))
        #expect(steps.map(\.step) == [.tokens(0..<5), .tokens(5..<10), .tokens(10..<12), .end])
        #expect(steps.map(\.due) == [1000, 1050, 1100, 1120])
    }

    @Test func noChunkIsAcrossABoundary() {
        let five = behaviour { $0.tokensPerChunk = .fixed(5) }
        let steps = steps(
            ChunkSchedule(firstToken: 0, timePerToken: 1, departure: 12, tokens: 12, boundary: 3, fault: 6, behaviour: five))
        #expect(steps.map(\.step) == [.tokens(0..<3), .tokens(3..<6), .fault, .tokens(6..<11), .tokens(11..<12), .end])
        #expect(steps.map(\.due) == [0, 3, 6, 6, 11, 12])
    }

    @Test(arguments: [0, 4, 9])
    func aFaultIsBeforeItsToken(place: Int) {
        let steps = steps(ChunkSchedule(firstToken: 100, timePerToken: 10, departure: 140, tokens: 4, fault: place))
        let index = steps.firstIndex { $0.step == .fault }
        #expect(index == min(place, 4))
        #expect(steps[min(place, 4)].due == 100 + 10 * UInt64(min(place, 4)))
        #expect(steps.count == 6)
    }

    @Test func aStallDelaysWhatFollows() throws {
        let stalling = behaviour { $0.stall = try? Stall(parsing: "2:500ns:1") }
        let steps = steps(ChunkSchedule(firstToken: 0, timePerToken: 10, departure: 40, tokens: 4, behaviour: stalling))
        #expect(steps.map(\.due) == [0, 10, 520, 530, 540])
    }

    @Test func aStallHasItsProbability() {
        let stalling = behaviour { $0.stall = try? Stall(parsing: "0:500ns:0.25") }
        let stalled = (0..<4000).count {
            ChunkSchedule(firstToken: 0, timePerToken: 1, departure: 1, tokens: 1, behaviour: stalling, sequence: $0).due == 500
        }
        // Four standard errors.
        #expect(abs(stalled - 1000) < 110)
    }

    @Test func jitterOnlyDelaysAndKeepsTheOrder() {
        let late = behaviour { $0.jitter = .exponential(mean: 30) }
        let steps = steps(ChunkSchedule(firstToken: 1000, timePerToken: 10, departure: 21_000, tokens: 2000, behaviour: late))
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.due <= $1.due })
        #expect(steps.dropLast().enumerated().allSatisfy { $1.due >= 1000 + 10 * UInt64($0) })
        #expect(Set(steps.map(\.due)).count > 100)
    }

    @Test func sameSeedSameChunks() {
        let varied = behaviour {
            $0.jitter = .exponential(mean: 30)
            $0.tokensPerChunk = .uniform(low: 1, high: 4)
        }
        func dues(_ seed: UInt64, _ sequence: UInt64) -> [UInt64] {
            steps(
                ChunkSchedule(
                    firstToken: 0, timePerToken: 10, departure: 1000, tokens: 100, behaviour: varied, seed: seed, sequence: sequence)
            ).map(\.due)
        }
        #expect(dues(1, 0) == dues(1, 0))
        #expect(dues(1, 0) != dues(2, 0))
        #expect(dues(1, 0) != dues(1, 1))
    }

    @Test func enormousTimesDoNotOverflow() {
        let stalling = behaviour {
            $0.stall = try? Stall(parsing: "0:1m:1")
            $0.jitter = .fixed(1e30)
        }
        let steps = steps(ChunkSchedule(firstToken: .max - 1, timePerToken: 1e300, departure: .max, tokens: 2, behaviour: stalling))
        #expect(steps.map(\.due) == [.max, .max, .max])
    }

    @Test(arguments: ["", "2", "2:1s", "2:1s:2", "-1:1s:1", "x:1s:1", "2:1:1", "2:1s:1:1"])
    func refusesStalls(text: String) {
        #expect {
            try Stall(parsing: text)
        } throws: { error in
            "\(error)".hasPrefix("--stall \"\(text)\": accepted is TOKENS:TIME:PROBABILITY")
        }
    }

    @Test func theHeapIsInOrder() {
        var heap = DueHeap<UInt64>()
        var draws = DrawStream(seed: 1, sequence: 0, dimension: .jitter)
        var kept: [UInt64] = []
        for _ in 0..<2000 {
            if draws.next() % 3 == 0, let least = kept.min() {
                #expect(heap.earliest == least)
                #expect(heap.popFirst() == least)
                kept.remove(at: kept.firstIndex(of: least) ?? 0)
            } else {
                let due = draws.next() % 500
                heap.insert(due, due: due)
                kept.append(due)
            }
        }
        for due in kept.sorted() { #expect(heap.popFirst() == due) }
        #expect(heap.popFirst() == nil)
    }
}
