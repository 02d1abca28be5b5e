// Plots for a terminal.

import Testing

@testable import Metrics
@testable import Report

struct TextPlotTests {
    @Test(arguments: [
        (["LC_ALL": "C", "LANG": "en_US.UTF-8"], true), (["LANG": "en_US.UTF-8"], false), (["LC_ALL": "", "LC_CTYPE": "C.utf8"], false),
        ([:], true),
    ])
    func theLocaleDecides(environment: [String: String], isASCII: Bool) throws {
        let style = TextPlot.Style.of(environment: environment)
        let text = TextPlot(Runs.report(Runs.good()), style: style).lines.joined(separator: "\n")
        #expect(text.utf8.allSatisfy { $0 < 0x80 } == isASCII)
    }

    @Test(arguments: [5, 60, 3_600]) func fitsEightyColumns(seconds: Int) throws {
        let report = Runs.report(Runs.good(seconds: seconds), context: Runs.context(seconds: seconds), seconds: seconds)
        for style in [TextPlot.Style.blocks, .ascii] {
            let lines = TextPlot(report, style: style).lines
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.map(\.count).max() ?? 0)")
            #expect(lines.count > 25)
        }
    }

    @Test func aSpikeStandsAboveTheRest() throws {
        var records = Runs.good()
        records.append(Runs.request(at: 30.2, took: 9_000))
        let lines = TextPlot(Runs.report(records), style: .ascii).lines
        let highest = try #require(lines.dropFirst(2).first { $0.contains("|") && !$0.hasSuffix("|") })
        let place = try #require(highest.lastIndex { $0 != " " && $0 != "|" })
        // Half of the run is half of the plot.
        let column = highest.distance(from: highest.startIndex, to: place)
        #expect((36...44).contains(column), "\(column)")
        #expect(lines.last?.contains("100 %") == true)
    }

    @Test func nothingIsDrawnOfNothing() throws {
        #expect(TextPlot(Runs.report([]), style: .blocks).lines.isEmpty)
    }
}
