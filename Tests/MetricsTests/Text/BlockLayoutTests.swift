// What of a block a terminal shows: the lines that matter most, in their order, and how many are left out.

import Testing

@testable import Metrics

struct BlockLayoutTests {
    private let sections = [
        TextSection([TextLine(text: "where", priority: .context), TextLine(text: "ended", priority: .headline)]),
        TextSection(),
        TextSection(["a", "b", "c"].map { TextLine(text: $0, priority: .figure) }),
        TextSection([TextLine(text: "all", priority: .detail), TextLine(text: "bad", priority: .headline)]),
    ]

    @Test func aPipeGetsEveryLine() {
        #expect(BlockLayout.all(sections) == ["", "where", "ended", "", "a", "b", "c", "", "all", "bad"])
    }

    @Test(arguments: [
        (10, ["", "where", "ended", "", "a", "b", "c", "", "all", "bad"]),
        (9, ["", "ended", "", "a", "b", "c", "", "bad", "  … 2 more lines: --x"]),
        (8, ["", "ended", "", "a", "b", "", "bad", "  … 3 more lines: --x"]),
        (5, ["", "ended", "", "bad", "  … 5 more lines: --x"]),
    ])
    func aTerminalGetsWhatMattersMost(rows: Int, lines: [String]) {
        #expect(BlockLayout.fitting(sections, rows: rows, columns: 80, rest: "--x") == lines)
    }

    @Test func longLinesAreCutButForCommands() {
        let text = "\u{1B}[31m" + String(repeating: "x", count: 12) + "\u{1B}[0m tail"
        #expect(VisibleText.length(text) == 17)
        #expect(VisibleText.cut(text, to: 17) == text)
        #expect(VisibleText.cut(text, to: 6) == "\u{1B}[31mxxxxx…\u{1B}[0m")
        #expect(VisibleText.cut("äöüß", to: 3) == "äö…")
        let command = TextSection([TextLine(text: "push this to there", priority: .headline, isWhole: true)])
        #expect(BlockLayout.fitting([command], rows: 5, columns: 10, rest: "") == ["", "push this to there"])
    }
}
