// What every chapter of a page is made with: sections, figures and tables under ids of its own.

import Base

/// A part of the page with a heading of its own.
protocol Chapter {
    /// Before every id, since several chapters share a page.
    var prefix: String { get }
}

extension Chapter {
    func section(_ id: String, _ title: String, _ content: [HTML]) -> Section {
        Section(id: prefix + id, title: title, content: content)
    }

    func figure(_ id: String, _ drawn: DrawnChart?) -> HTML {
        guard let drawn else { return .nothing }
        return ChartFigure(chart: drawn.chart, coarse: drawn.coarse, id: prefix + id, group: prefix + "time").html
    }

    /// - Parameter group: charts of one group are zoomed together; nil for one alone.
    func figure(_ id: String, _ chart: Chart?, group: String? = nil) -> HTML {
        guard let chart else { return .nothing }
        return ChartFigure(chart: chart, coarse: chart.thinned(RunReport.tableRows), id: prefix + id, group: prefix + (group ?? id)).html
    }

    /// Charts beside each other where there is room.
    func sideBySide(_ figures: [HTML]) -> HTML {
        let figures = figures.filter { $0 != .nothing }
        return figures.isEmpty ? .nothing : .element("div", [.class("grid2")], figures)
    }

    func navigation(_ sections: [Section]) -> HTML {
        .element(
            "nav", [.init("aria-label", "Sections")],
            sections.filter { !$0.isEmpty }.map { .element("a", [.init("href", "#\($0.id)")], $0.title) })
    }

    var help: HTML {
        .element(
            "p", [.class("help")],
            "Charts: point at them for values, drag to zoom in, double-click for all; with the keyboard arrows, + and −, Escape. Names in a legend hide and show."
        )
    }

    func table(_ caption: String, _ head: [String], _ rows: [[HTML]]) -> HTML {
        guard !rows.isEmpty else { return .nothing }
        return .element(
            "div", [.class("scroll"), .init("tabindex", "0"), .init("role", "region"), .init("aria-label", caption)],
            [
                .element(
                    "table", [],
                    [
                        .element("caption", [], caption),
                        .element("thead", [], [.element("tr", [], head.map { .element("th", [.init("scope", "col")], $0) })]),
                        .element(
                            "tbody", [],
                            rows.map { row in
                                .element(
                                    "tr", [],
                                    row.enumerated().map { index, cell in
                                        index == 0 ? .element("th", [.init("scope", "row")], [cell]) : .element("td", [], [cell])
                                    })
                            }),
                    ])
            ])
    }

    func list(_ items: [HTML]) -> HTML {
        items.isEmpty ? .nothing : .element("ul", [.class("plain")], items.map { .element("li", [], [$0]) })
    }
}
