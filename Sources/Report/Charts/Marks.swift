// The drawn part of a chart in a square of 1,000 by 1,000, which a page stretches to whatever room it has: text stands beside
// it, at its own size, so that a telephone and a sheet of paper can read it too.

import Glibc

enum Logarithm {
    static func two(_ value: Double) -> Double { log2(value) }
}

/// Paths of SVG in units of a thousandth of the width and height.
package struct Marks: Sendable {
    let chart: Chart
    let width: Double
    let height: Double

    package init(_ chart: Chart, width: Double = 1_000, height: Double = 1_000) {
        self.chart = chart
        self.width = width
        self.height = height
    }

    func x(_ value: Double) -> String { Self.number(chart.x.place(value) * width) }
    func y(_ value: Double) -> String { Self.number((1 - chart.y.place(value)) * height) }

    /// A tenth is a twentieth of a pixel.
    static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// A gap where there is no value; a value between two gaps is a dot.
    package func path(_ series: Chart.Series) -> String {
        switch series.form {
        case .line, .dashed: line(series.values)
        case .steps: steps(series.values)
        case .band: band(series.values, series.upper)
        case .points: intervals(series)
        }
    }

    /// Half the width of the stroke at an interval's end.
    private static let cap = 6.0

    /// An upright for each interval, and a dot for each value.
    private func intervals(_ series: Chart.Series) -> String {
        var path = ""
        for (index, value) in series.values.enumerated() where index < chart.xs.count {
            guard let value else { continue }
            let at = chart.x.place(chart.xs[index]) * width
            if let interval = series.interval(index) {
                let left = Self.number(at - Self.cap), caps = "h\(Self.number(2 * Self.cap))"
                path += "M\(Self.number(at)) \(y(interval.lowerBound))V\(y(interval.upperBound))"
                path += "M\(left) \(y(interval.lowerBound))\(caps)M\(left) \(y(interval.upperBound))\(caps)"
            }
            path += "M\(Self.number(at)) \(y(value))h.1"
        }
        return path
    }

    /// Begins anew behind each gap.
    ///
    /// - Parameter mark: what a value adds to the path, by its index and whether it goes on from the one before.
    /// - Returns: the path, and whether there is a last value.
    private func joined(
        _ values: [Double?], _ mark: (_ index: Int, _ value: Double, _ goesOn: Bool) -> String
    ) -> (path: String, isDown: Bool) {
        var path = ""
        var isDown = false
        for (index, value) in values.enumerated() where index < chart.xs.count {
            if let value { path += mark(index, value, isDown) }
            isDown = value != nil
        }
        return (path, isDown)
    }

    private func line(_ values: [Double?]) -> String {
        joined(values) { index, value, goesOn in
            let point = "\(x(chart.xs[index])) \(y(value))"
            let isAlone = !goesOn && (index + 1 >= values.count || values[index + 1] == nil)
            return goesOn ? "L\(point)" : "M\(point)" + (isAlone ? "h.1" : "")
        }.path
    }

    private func steps(_ values: [Double?]) -> String {
        let steps = joined(values) { index, value, goesOn in
            goesOn ? "H\(x(chart.xs[index]))V\(y(value))" : "M\(x(chart.xs[index])) \(y(value))"
        }
        return steps.path + (steps.isDown ? "H\(Self.number(width))" : "")
    }

    private func band(_ lower: [Double?], _ upper: [Double?]) -> String {
        var path = ""
        var run: [(x: Double, low: Double, high: Double)] = []
        func close() {
            guard !run.isEmpty else { return }
            if run.count == 1 {
                // As wide as a pixel, so that it is seen.
                path += "M\(x(run[0].x)) \(y(run[0].low))V\(y(run[0].high))h1.5V\(y(run[0].low))z"
            } else {
                path += "M" + run.map { "\(x($0.x)) \(y($0.high))" }.joined(separator: "L")
                path += "L" + run.reversed().map { "\(x($0.x)) \(y($0.low))" }.joined(separator: "L") + "z"
            }
            run = []
        }
        for index in chart.xs.indices {
            guard index < lower.count, index < upper.count, let low = lower[index], let high = upper[index] else {
                close()
                continue
            }
            run.append((chart.xs[index], low, high))
        }
        close()
        return path
    }

    /// One path for each shade, 1 first.
    func heat(_ map: HeatMap) -> [String] {
        var paths = [String](repeating: "", count: HeatMap.shades)
        for (column, counts) in map.counts.enumerated() where column < map.columns.count {
            let left = chart.x.place(map.columns[column].lowerBound) * width
            let right = chart.x.place(map.columns[column].upperBound) * width
            for (row, count) in counts.enumerated() where count > 0 && row < map.rows.count {
                let top = (1 - chart.y.place(map.rows[row].upperBound)) * height
                let bottom = (1 - chart.y.place(map.rows[row].lowerBound)) * height
                guard bottom > top else { continue }
                paths[map.shade(count) - 1] +=
                    "M\(Self.number(left)) \(Self.number(top))H\(Self.number(right))V\(Self.number(bottom))H\(Self.number(left))z"
            }
        }
        return paths
    }
}
