// The page: one file that needs no other, whatever opens it. A policy in its head lets only our own script run, so that even
// text that escaped its place would be text.

import Base
import Metrics

package enum ReportPage {
    /// UTF-8 of a whole document.
    ///
    /// - Parameter nonce: of the script; anything that nobody can know beforehand.
    package static func bytes(_ runs: [RunReport], nonce: String = String(UInt64.random(in: 0...UInt64.max), radix: 36)) -> [UInt8] {
        let chapters = runs.enumerated().map { RunChapter(run: $1, prefix: runs.count == 1 ? "" : "r\($0 + 1)-") }
        let title = runs.count == 1 ? runs[0].name : "\(runs.count) load tests"
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
            .element("title", [], HTML.cut(OneLine.escaped(title), 120) + " · sml loadtest"),
            .asset("style", [], PackageResources.report_css),
        ]
        var body: [HTML] = [.element("a", [.class("skip"), .init("href", "#main")], "Skip to the results")]
        body.append(.element("main", [.init("id", "main")], main(chapters)))
        body.append(
            .element(
                "footer", [],
                "Made by sml loadtest \(Product.version) from the run's summary. Formulas: docs/METRICS.md; what verdict and intervals mean: docs/TRUTH.md."
            ))
        body.append(.asset("script", [.init("nonce", nonce)], PackageResources.report_js))
        let page = HTML.element("html", [.init("lang", "en")], [.element("head", [], head), .element("body", [], body)])
        return Array("<!doctype html>\n".utf8) + Array(page.markup.utf8) + [0x0A]
    }

    private static func main(_ chapters: [RunChapter]) -> [HTML] {
        guard chapters.count > 1 else { return chapters.flatMap { chapter($0, isAlone: true) } }
        return [.element("h1", [], "\(chapters.count) load tests"), overview(chapters)] + chapters.flatMap { chapter($0, isAlone: false) }
    }

    private static func chapter(_ chapter: RunChapter, isAlone: Bool) -> [HTML] {
        let run = chapter.run.result
        let sections = chapter.sections
        let place = [run.run?.model, run.run?.url, run.outcome?.started].compactMap { $0 }.filter { !$0.isEmpty }
        var header: [HTML] = [
            isAlone
                ? .element("h1", [], [.foreign(chapter.run.name, most: 200)])
                : .element("h1", [.init("id", chapter.prefix + "run")], [.foreign(chapter.run.name, most: 200)])
        ]
        header.append(
            .element(
                "p", [.class("dim")],
                [.foreign(([run.scenario.isEmpty ? "load test" : run.scenario] + place).joined(separator: " · "), most: 600)]))
        let links = sections.map { HTML.element("a", [.init("href", "#\($0.id)")], $0.title) }
        return header + [
            .element("nav", [.init("aria-label", "Sections")], links), chapter.headline,
            .element(
                "p", [.class("help")],
                "Charts: point at them for values, drag to zoom in, double-click for all; with the keyboard arrows, + and −, Escape. Names in a legend hide and show."
            ),
        ] + sections.map(\.html)
    }

    private static func overview(_ chapters: [RunChapter]) -> HTML {
        let rows = chapters.map { chapter in
            [HTML.element("a", [.init("href", "#\(chapter.prefix)run")], [.foreign(chapter.run.name, most: 100)])]
                + RunChapter.sideBySide(chapter.run.result)
        }
        return chapters.first?.table(
            "Side by side; to tell whether two of them differ use sml loadtest compare",
            ["run"] + RunChapter.sideBySide, rows) ?? .nothing
    }
}
