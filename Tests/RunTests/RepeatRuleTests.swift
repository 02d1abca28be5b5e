// When a series of runs goes on, and what it ends with.

import Testing

@testable import Run

@Suite struct RepeatRuleTests {
    private func end(_ codes: [Int32], isCompleted: Bool = true) -> (taken: Int, code: Int32) {
        var rule = RepeatRule()
        for (index, code) in codes.enumerated() where !rule.takes(code, isCompleted: isCompleted) { return (index + 1, rule.code) }
        return (codes.count, rule.code)
    }

    @Test func whatSaysNothingAboutTheNextRunEndsNothing() {
        #expect(end([0, 0, 0]) == (3, 0))
        #expect(end([0, 3, 0]) == (3, 3))
        // An INVALID run is the graver failure, whenever it was.
        #expect(end([4, 3, 0]) == (3, 4) && end([3, 4, 0]) == (3, 4))
        // A threshold that was not met is judged of each run; a rule that stopped one would stop the next.
        #expect(end([99, 4, 0]) == (3, 99) && end([0, 99, 0], isCompleted: false) == (2, 99))
    }

    @Test(arguments: [5, 73, 75, 105] as [Int32]) func whatWouldBreakTheNextRunEndsTheSeries(code: Int32) {
        #expect(end([0, code, 0]) == (2, code))
        #expect(end([4, code]) == (2, code))
    }
}
