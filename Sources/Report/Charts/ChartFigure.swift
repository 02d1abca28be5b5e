// A chart as a figure of the page: the drawing, its scales as text beside it, a legend that the script makes into buttons, the
// values for the script, and a table of them for who cannot see it or wants to copy them.

import Base

struct ChartFigure {
    let chart: Chart
    /// The same in few columns, for the table.
    let coarse: Chart
    /// Unique on the page.
    let id: String
    /// Charts of one group are zoomed together.
    let group: String

    var html: HTML {
        guard !chart.series.isEmpty || chart.heat != nil else { return .nothing }
        return .element(
            "figure", [.class("chart"), .init("id", id)],
            [
                .element(
                    "figcaption", [],
                    [
                        .element("h3", [.init("id", "\(id)-title")], chart.title),
                        .element("p", [.init("id", "\(id)-caption")], chart.caption),
                    ]),
                legend, plot, table, data,
            ])
    }

    private var legend: HTML {
        let keys = chart.series.enumerated().filter { !isOutline($1) }.map { index, series in
            HTML.element(
                "li", [.class("key \(style(series))"), .init("data-series", "\(index)")],
                [swatch(series), .foreign(series.name, most: 48)])
        }
        let shade = chart.heat == nil ? [] : [HTML.element("li", [.class("key heat")], "stronger: more requests")]
        return .element("ul", [.class("legend")], keys + shade)
    }

    private func swatch(_ series: Chart.Series) -> HTML {
        guard case .points(let shape) = series.form else { return .element("span", [.class("swatch")], [HTML]()) }
        return .element("i", [.class("pt \(shape.rawValue)")], [HTML]())
    }

    /// The ends of a line's columns go with the line.
    private func isOutline(_ series: Chart.Series) -> Bool {
        series.form == .band && chart.series.contains { $0.name == series.name && $0.form != .band }
    }

    private func style(_ series: Chart.Series) -> String {
        let form =
            switch series.form {
            case .line, .steps: "line"
            case .dashed: "line dashed"
            case .band: "band"
            case .points: "points"
            }
        return "c\(series.color) \(form)"
    }

    private var plot: HTML {
        let yTicks = chart.y.ticks.map { tick in
            HTML.element("span", [.init("style", "bottom:\(per(chart.y.place(tick.value)))%")], tick.label)
        }
        let xTicks = chart.x.ticks.map { tick in
            HTML.element(
                "span", [.init("style", "left:\(per(chart.x.place(tick.value)))%"), .init("data-at", per(chart.x.place(tick.value), 4))],
                tick.label)
        }
        return .element(
            "div", [.class(hasLongNames ? "plot slanted" : "plot"), .init("data-group", group)],
            [
                .element("div", [.class("yname"), .init("aria-hidden", "true")], chart.yName),
                .element("div", [.class("yticks"), .init("aria-hidden", "true")], yTicks),
                .element("div", [.class("area")], [drawing, labels]),
                .element("div", [.class("xticks"), .init("aria-hidden", "true")], xTicks),
                .element("div", [.class("xname"), .init("aria-hidden", "true")], chart.xName),
            ])
    }

    /// Names that would lie upon each other side by side.
    private var hasLongNames: Bool { chart.x.unit == .category && chart.x.ticks.contains { $0.label.count > 6 } }

    private var labels: HTML {
        let spans = chart.spans.filter { !$0.label.isEmpty && chart.x.place($0.to) - chart.x.place($0.from) > 0.05 }.map { span in
            HTML.element(
                "span",
                [
                    .class("span \(span.kind.rawValue)"),
                    .init(
                        "style",
                        "left:\(per(chart.x.place(span.from)))%;width:\(per(chart.x.place(span.to) - chart.x.place(span.from)))%"),
                    .init("data-at", per(chart.x.place(span.from), 4)), .init("data-to", per(chart.x.place(span.to), 4)),
                ], [.foreign(span.label, most: 40)])
        }
        let marks = chart.marks.map { mark in
            HTML.element(
                "span",
                [
                    .class("mark" + (chart.x.place(mark.at) > 0.7 ? " left" : "")),
                    .init("style", "left:\(per(chart.x.place(mark.at)))%"), .init("data-at", per(chart.x.place(mark.at), 4)),
                ], [.foreign(mark.label, most: 60)])
        }
        return .element("div", [.class("labels"), .init("aria-hidden", "true")], spans + marks + levels + points)
    }

    private var levels: [HTML] {
        chart.levels.filter { !$0.label.isEmpty }.map { level in
            HTML.element(
                "span", [.class("level"), .init("style", "bottom:\(per(chart.y.place(level.high)))%")], [.foreign(level.label, most: 60)])
        }
    }

    /// In a layer of their own, where they keep their shape whatever the drawing is stretched to.
    private var points: [HTML] {
        chart.series.enumerated().flatMap { index, series -> [HTML] in
            guard case .points(let shape) = series.form else { return [] }
            return series.values.enumerated().compactMap { place, value in
                guard let value, place < chart.xs.count else { return nil }
                let x = chart.x.place(chart.xs[place])
                return HTML.element(
                    "i",
                    [
                        .class("pt \(shape.rawValue) c\(series.color)"), .init("data-series", "\(index)"), .init("data-at", per(x, 4)),
                        .init("style", "left:\(per(x))%;bottom:\(per(chart.y.place(value)))%"),
                    ], [HTML]())
            }
        }
    }

    private var drawing: HTML {
        let marks = Marks(chart)
        var parts: [HTML] = [.element("title", [], "\(chart.title). \(chart.caption)")]
        for span in chart.spans {
            let (from, to) = (chart.x.place(span.from) * 1_000, chart.x.place(span.to) * 1_000)
            parts.append(
                .element(
                    "rect",
                    [
                        .class("span \(span.kind.rawValue)"), .init("x", Marks.number(from)), .init("y", "0"),
                        .init("width", Marks.number(to - from)), .init("height", "1000"),
                    ], [HTML]()))
        }
        let grid = chart.y.ticks.map { "M-9000 \(marks.y($0.value))H10000" }.joined()
        parts.append(.element("path", [.class("grid"), .init("d", path: grid)], [HTML]()))
        for level in chart.levels { parts.append(drawn(level)) }
        if let heat = chart.heat {
            for (shade, path) in marks.heat(heat).enumerated() where !path.isEmpty {
                parts.append(.element("path", [.class("h h\(shade + 1)"), .init("d", path: path)], [HTML]()))
            }
        }
        // Areas first, so that no line is under one.
        let order = chart.series.indices.sorted { isBand($0) && !isBand($1) }
        for index in order {
            let series = chart.series[index]
            let owner = isOutline(series) ? chart.series.firstIndex { $0.name == series.name && $0.form != .band } ?? index : index
            parts.append(
                .element(
                    "path",
                    [.class("m \(style(series))"), .init("data-series", "\(owner)"), .init("d", path: marks.path(series))], [HTML]()))
        }
        for whisker in chart.whiskers {
            let path =
                "M\(marks.x(whisker.low)) \(marks.y(whisker.y))H\(marks.x(whisker.high))M\(marks.x(whisker.value)) \(marks.y(whisker.y))h.1"
            parts.append(
                .element("path", [.class("whisker"), .init("d", path: path)], [.element("title", [], whisker.label)]))
        }
        for mark in chart.marks {
            parts.append(.element("path", [.class("mark"), .init("d", path: "M\(marks.x(mark.at)) 0V1000")], [HTML]()))
        }
        return .element(
            "svg",
            [
                .init("viewBox", "0 0 1000 1000"), .init("preserveAspectRatio", "none"), .init("role", "img"),
                .init("aria-labelledby", "\(id)-title \(id)-caption"),
            ], parts)
    }

    private func drawn(_ level: Chart.Level) -> HTML {
        let (low, high) = (chart.y.place(level.low) * 1_000, chart.y.place(level.high) * 1_000)
        guard high > low else {
            return .element("path", [.class("level"), .init("d", path: "M-9000 \(Marks.number(1_000 - low))H10000")], [HTML]())
        }
        return .element(
            "rect",
            [
                .class("level"), .init("x", "-9000"), .init("y", Marks.number(1_000 - high)), .init("width", "19000"),
                .init("height", Marks.number(high - low)),
            ], [HTML]())
    }

    private func isBand(_ index: Int) -> Bool { chart.series[index].form == .band }

    private var table: HTML {
        let shown = coarse.series.filter { $0.form != .band || !isOutline($0) }
        guard !shown.isEmpty, !coarse.xs.isEmpty else { return .nothing }
        let head =
            [HTML.element("th", [.init("scope", "col")], coarse.xName)]
            + shown.map { .element("th", [.init("scope", "col")], [.foreign($0.name, most: 48)]) }
        let rows = coarse.xs.indices.map { row in
            HTML.element(
                "tr", [],
                [.element("th", [.init("scope", "row")], coarse.xText(coarse.xs[row]))]
                    + shown.map { series in
                        HTML.element("td", [], cell(series, row))
                    })
        }
        return .element(
            "details", [],
            [
                .element("summary", [], "Values as a table"),
                .element(
                    "div", [.class("scroll"), .init("tabindex", "0")],
                    [
                        .element(
                            "table", [],
                            [
                                .element("caption", [], chart.title), .element("thead", [], [.element("tr", [], head)]),
                                .element("tbody", [], rows),
                            ])
                    ]),
            ])
    }

    private func cell(_ series: Chart.Series, _ row: Int) -> String {
        guard row < series.values.count, let value = series.values[row] else { return "–" }
        if let interval = series.interval(row) {
            return "\(chart.yText(value)) (\(chart.yText(interval.lowerBound)) to \(chart.yText(interval.upperBound)))"
        }
        guard series.form == .band, row < series.upper.count, let upper = series.upper[row] else { return chart.yText(value) }
        return "\(chart.yText(value))–\(chart.yText(upper))"
    }

    private var data: HTML {
        func numbers(_ values: [Double?]) -> JSON { .array(values.map { $0.map { JSON.double(Self.rounded($0)) } ?? .null }) }
        return .data(
            .object([
                ("x", numbers(chart.xs.map { chart.x.place($0) })), ("at", .array(chart.xs.map { .string(chart.xText($0)) })),
                ("unit", .string(chart.y.unit.rawValue)),
                ("points", .bool(chart.series.contains { $0.form.isPoints })),
                ("clock", .double(chart.x.unit == .seconds ? chart.x.high : 0)),
                (
                    "series",
                    .array(
                        chart.series.map { series in
                            .object(
                                [
                                    ("name", .string(HTML.cut(OneLine.escaped(series.name), 48))), ("y", numbers(series.values)),
                                    ("to", series.form == .band ? numbers(series.upper) : .null),
                                ] + interval(series))
                        })
                ),
            ]))
    }

    private func interval(_ series: Chart.Series) -> [(String, JSON)] {
        guard series.intervals.contains(where: { $0 != nil }) else { return [] }
        func ends(_ end: KeyPath<ClosedRange<Double>, Double>) -> JSON {
            .array(series.intervals.map { $0.map { JSON.double(Self.rounded($0[keyPath: end])) } ?? .null })
        }
        return [("low", ends(\.lowerBound)), ("high", ends(\.upperBound))]
    }

    /// Four digits.
    static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return value }
        let scale = Axis.power(3 - Axis.exponent(value))
        return (value * scale).rounded() / scale
    }

    private func per(_ share: Double, _ digits: Int = 2) -> String {
        let scale = digits == 2 ? 100.0 : 10_000.0
        let value = digits == 2 ? share * 100 : share
        return JSON.double((value * scale).rounded() / scale).json()
    }
}
