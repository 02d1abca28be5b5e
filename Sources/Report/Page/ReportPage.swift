// The page: one file that needs no other, whatever opens it. A policy in its head lets only our own script run, so that even
// text that escaped its place would be text.

import Base
import Metrics

package enum ReportPage {
    /// UTF-8 of a whole document.
    ///
    /// - Parameter nonce: of the script; anything that nobody can know beforehand.
    package static func bytes(
        _ contents: ReportContents, nonce: String = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    ) -> [UInt8] {
        let head: [HTML] = [
            .empty("meta", [.init("charset", "utf-8")]),
            .empty("meta", [.init("name", "viewport"), .init("content", "width=device-width, initial-scale=1")]),
            .empty(
                "meta",
                [
                    .init("http-equiv", "Content-Security-Policy"),
                    .init("content", "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-\(nonce)'"),
                ]),
            .empty("meta", [.init("name", "color-scheme"), .init("content", "light dark")]),
            .element("title", [], HTML.cut(OneLine.escaped(contents.title), 120) + " · sml loadtest"),
            .asset("style", [], PackageResources.report_css),
        ]
        var body: [HTML] = [.element("a", [.class("skip"), .init("href", "#main")], "Skip to the results")]
        body.append(.element("main", [.init("id", "main")], main(contents)))
        body.append(
            .element(
                "footer", [],
                "Made by sml loadtest \(Product.version) from the run's summary. Formulas: docs/METRICS.md; what verdict and intervals mean: docs/TRUTH.md."
            ))
        body.append(.asset("script", [.init("nonce", nonce)], PackageResources.report_js))
        let page = HTML.element("html", [.init("lang", "en")], [.element("head", [], head), .element("body", [], body)])
        return Array("<!doctype html>\n".utf8) + Array(page.markup.utf8) + [0x0A]
    }

    private static func main(_ contents: ReportContents) -> [HTML] {
        let isAlone = contents.runs.count == 1
        let chapters = contents.chapters
        var parts: [HTML] = []
        if let capacity = contents.capacity {
            parts.append(.element("h1", [], [.foreign(contents.title, most: 200)]))
            parts += CapacityChapter(report: CapacityReport(result: capacity), prefix: "search-").html
        } else if let comparison = contents.comparison {
            parts += [.element("h1", [], "B against A"), sides(comparison)] + ComparisonChapter(report: comparison, prefix: "c-").html
        } else if let repeats = contents.repeats {
            parts +=
                [.element("h1", [], [.foreign(contents.title, most: 200)])]
                + RepeatsChapter(all: repeats, prefix: "all-", chapters: chapters).html
        } else if !isAlone {
            parts.append(.element("h1", [], contents.title))
        }
        if contents.repeats == nil, chapters.count > 1 { parts.append(overview(chapters, contents)) }
        return parts + chapters.flatMap { chapter($0) }
    }

    private static func sides(_ comparison: ComparisonReport) -> HTML {
        .element(
            "p", [.class("dim")],
            comparison.sides.enumerated().flatMap { index, side in
                (index == 0 ? [] : [HTML.empty("br")]) + [.foreign(ComparisonReport.name(side.letter, side.runs), most: 200)]
            })
    }

    private static func chapter(_ chapter: RunChapter) -> [HTML] {
        let run = chapter.run.result
        let place = [run.run?.model, run.run?.url, run.outcome?.started].compactMap { $0 }.filter { !$0.isEmpty }
        let header: [HTML] = [
            .element("h1", [.init("id", chapter.prefix + "run")], [.foreign(chapter.run.name, most: 200)]),
            .element(
                "p", [.class("dim")],
                [.foreign(([run.scenario.isEmpty ? "load test" : run.scenario] + place).joined(separator: " · "), most: 600)]),
        ]
        guard run.lanes.isEmpty else { return header + arms(chapter) }
        return header + body(chapter)
    }

    private static func body(_ chapter: RunChapter) -> [HTML] {
        [chapter.navigation(chapter.sections), chapter.headline, chapter.help] + chapter.sections.map(\.html)
    }

    /// A run of two arms is its comparison, then each arm, then what both share.
    private static func arms(_ chapter: RunChapter) -> [HTML] {
        let result = chapter.run.result
        var parts: [HTML] = []
        if let comparison = ComparisonReport(arms: result) {
            parts += [.element("h2", [], "B against A")] + ComparisonChapter(report: comparison, prefix: chapter.prefix + "c-").html
        }
        for (number, lane) in result.lanes.enumerated() {
            let arm = RunChapter(run: ComparisonReport.arm(lane), prefix: "\(chapter.prefix)arm\(number + 1)-", part: .arm)
            parts += [.element("h1", [], [.foreign("Arm \(lane.name)", most: 200)])] + body(arm)
        }
        parts += [.element("h1", [], "Both arms together"), chapter.navigation(chapter.sections), chapter.verdict]
        return parts + chapter.sections.map(\.html)
    }

    private static func overview(_ chapters: [RunChapter], _ contents: ReportContents) -> HTML {
        let rows = chapters.map { chapter in
            [HTML.element("a", [.init("href", "#\(chapter.prefix)run")], [.foreign(chapter.run.name, most: 100)])]
                + RunChapter.sideBySide(chapter.run.result)
        }
        let caption =
            contents.comparison != nil
            ? "The runs" : "Side by side; to tell whether two of them differ use sml loadtest compare"
        return .joined([
            contents.notCompared.map { .element("p", [.class("dim")], [.text("Not compared: "), .foreign($0)]) } ?? .nothing,
            chapters.first?.table(caption, ["run"] + RunChapter.sideBySide, rows) ?? .nothing,
        ])
    }
}
