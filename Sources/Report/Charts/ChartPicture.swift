// A chart as a picture of its own, with its text in it: for a page that shows pictures only, such as a repository's.

package enum ChartPicture {
    private static let colors = ["#0b62b0", "#b45309", "#0f766e", "#86398f", "#b3261e", "#57606a", "#4d7c0f", "#9d174d"]
    private static let (left, top, right, bottom) = (64.0, 44.0, 16.0, 40.0)

    /// SVG of that many pixels.
    package static func svg(_ chart: Chart, width: Double = 760, height: Double = 300) -> String {
        let marks = Marks(chart, width: width - left - right, height: height - top - bottom)
        func at(_ x: Double, _ y: Double) -> [HTML.Attribute] { [.init("x", Marks.number(x)), .init("y", Marks.number(y))] }
        func text(_ x: Double, _ y: Double, _ text: String, anchor: String = "start", size: Int = 12) -> HTML {
            .element("text", at(x, y) + [.init("text-anchor", anchor), .init("font-size", "\(size)"), .init("fill", "#24292f")], text)
        }
        var parts: [HTML] = [
            .element("title", [], chart.title),
            .element(
                "rect", [.init("width", Marks.number(width)), .init("height", Marks.number(height)), .init("fill", "#fff")], [HTML]()),
            text(left, 18, chart.title, size: 14),
        ]
        var drawn: [HTML] = chart.spans.map { span in
            .element(
                "rect",
                [
                    .init("x", marks.x(span.from)), .init("y", "0"),
                    .init("width", Marks.number((chart.x.place(span.to) - chart.x.place(span.from)) * marks.width)),
                    .init("height", Marks.number(marks.height)), .init("fill", span.kind == .steady ? "#0f766e" : "#57606a"),
                    .init("fill-opacity", ".07"),
                ], [HTML]())
        }
        drawn.append(
            .element(
                "path",
                [
                    .init("d", path: chart.y.ticks.map { "M0 \(marks.y($0.value))h\(Marks.number(marks.width))" }.joined()),
                    .init("stroke", "#d0d7de"), .init("fill", "none"),
                ], [HTML]()))
        for series in chart.series.sorted(by: { $0.form == .band && $1.form != .band }) {
            let color = colors[(series.color - 1) % colors.count]
            let style: [HTML.Attribute] =
                series.form == .band
                ? [.init("fill", color), .init("fill-opacity", ".18")]
                : [.init("fill", "none"), .init("stroke", color), .init("stroke-width", "1.6"), .init("stroke-linejoin", "round")]
                    + (series.form == .dashed ? [.init("stroke-dasharray", "5 3")] : [])
            drawn.append(.element("path", [.init("d", path: marks.path(series))] + style, [HTML]()))
        }
        parts.append(.element("g", [.init("transform", "translate(\(Marks.number(left)) \(Marks.number(top)))")], drawn))
        for tick in chart.y.ticks {
            parts.append(text(left - 6, top + (1 - chart.y.place(tick.value)) * marks.height + 4, tick.label, anchor: "end"))
        }
        for tick in chart.x.ticks {
            parts.append(text(left + chart.x.place(tick.value) * marks.width, height - bottom + 16, tick.label, anchor: "middle"))
        }
        parts.append(text(left + marks.width, height - 6, chart.xName, anchor: "end"))
        var x = left
        for series in chart.series
        where series.form != .band || !chart.series.contains(where: { $0.name == series.name && $0.form != .band }) {
            let color = colors[(series.color - 1) % colors.count]
            parts.append(
                .element("rect", at(x, 28) + [.init("width", "12"), .init("height", "4"), .init("fill", color)], [HTML]()))
            parts.append(text(x + 17, 34, series.name))
            x += 17 + Double(series.name.count) * 7 + 14
        }
        return HTML.element(
            "svg",
            [
                .init("xmlns", "http://www.w3.org/2000/svg"), .init("viewBox", "0 0 \(Marks.number(width)) \(Marks.number(height))"),
                .init("width", Marks.number(width)), .init("height", Marks.number(height)), .init("role", "img"),
                .init("font-family", "system-ui, sans-serif"),
            ], parts
        ).markup + "\n"
    }
}
