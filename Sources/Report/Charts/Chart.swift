// What a chart shows, as a value: a page, a picture and a table are three ways of writing it.

/// A chart of series over one axis.
package struct Chart: Sendable {
    package struct Series: Sendable {
        package enum Form: Sendable, Equatable {
            case line, dashed
            /// Between two values.
            case band
            /// A level that holds from point to point.
            case steps
            /// Values for themselves, each with its interval where it has one.
            case points(Shape)

            var isPoints: Bool { if case .points = self { true } else { false } }
        }

        /// What a point looks like: kinds of points must be told apart in grey, too.
        package enum Shape: String, Sendable {
            case dot, ring, diamond, triangle, cross
        }

        package var name: String
        /// 1…8, of the palette.
        package var color: Int
        package var form: Form
        package var values: [Double?]
        /// Of a band, its other end.
        package var upper: [Double?]
        /// Of points, the bounds of their intervals.
        package var intervals: [ClosedRange<Double>?] = []

        package init(_ name: String, color: Int, form: Form = .line, _ values: [Double?], upper: [Double?] = []) {
            self.name = name
            self.color = color
            self.form = form
            self.values = values
            self.upper = upper
        }

        package init(
            points name: String, color: Int, shape: Shape, _ values: [Double?], intervals: [ClosedRange<Double>?] = []
        ) {
            self.init(name, color: color, form: .points(shape), values)
            self.intervals = intervals
        }

        func interval(_ index: Int) -> ClosedRange<Double>? { index < intervals.count ? intervals[index] : nil }

        var isEmpty: Bool { values.allSatisfy { $0 == nil } }
    }

    /// A part of the x axis that has a meaning.
    package struct Span: Sendable {
        package enum Kind: String, Sendable { case warmUp, steady, drain, stage }
        package var from, to: Double
        package var label: String
        package var kind: Kind

        package init(from: Double, to: Double, label: String, kind: Kind) {
            self.from = from
            self.to = to
            self.label = label
            self.kind = kind
        }
    }

    /// An instant.
    package struct Mark: Sendable {
        package var at: Double
        package var label: String

        package init(at: Double, label: String) {
            self.at = at
            self.label = label
        }
    }

    /// An interval along the x axis, at a height.
    package struct Whisker: Sendable {
        package var low, value, high: Double
        package var y: Double
        package var label: String

        package init(low: Double, value: Double, high: Double, y: Double, label: String) {
            (self.low, self.value, self.high, self.y, self.label) = (low, value, high, y, label)
        }
    }

    /// A height that has a meaning: from `low` to `high`, or a line where they are one.
    package struct Level: Sendable, Equatable {
        package var low, high: Double
        package var label: String

        package init(low: Double, high: Double, label: String) {
            (self.low, self.high, self.label) = (low, high, label)
        }
    }

    package var title: String
    /// One sentence on how to read it.
    package var caption: String
    package var x: Axis
    package var y: Axis
    /// The x values that all series share.
    package var xs: [Double]
    package var series: [Series]
    package var spans: [Span] = []
    package var marks: [Mark] = []
    package var whiskers: [Whisker] = []
    package var levels: [Level] = []
    /// What the axes are, in words.
    package var xName: String
    package var yName: String
    package var heat: HeatMap?

    package init(
        title: String, caption: String, x: Axis, y: Axis, xName: String, yName: String, xs: [Double], series: [Series],
        spans: [Span] = [], marks: [Mark] = [], whiskers: [Whisker] = [], heat: HeatMap? = nil
    ) {
        self.title = title
        self.caption = caption
        self.x = x
        self.y = y
        self.xName = xName
        self.yName = yName
        self.xs = xs
        self.series = series.filter { !$0.isEmpty }
        self.spans = spans
        self.marks = marks
        self.whiskers = whiskers
        self.heat = heat
    }

    /// How an x value is said.
    func xText(_ value: Double) -> String {
        if x.unit == .category { return x.ticks.min { abs($0.value - value) < abs($1.value - value) }?.label ?? "" }
        return x.unit == .seconds ? (x.high < 20 ? Axis.digits(value) + " s" : Axis.clock(value)) : Axis.label(value, x.unit)
    }

    func yText(_ value: Double) -> String { Axis.label(value, y.unit) }
}

/// Counts by column and row, as shades.
package struct HeatMap: Sendable {
    package static let shades = 8
    /// Ends of the columns on the x axis, and of the rows on the y axis, the first beginning at the other end of each.
    package var columns: [ClosedRange<Double>]
    package var rows: [ClosedRange<Double>]
    /// By column and row.
    package var counts: [[UInt64]]

    /// 0 for none, else 1…``shades``, by the logarithm: one request among thousands is to be seen.
    package func shade(_ count: UInt64) -> Int {
        let most = counts.reduce(0) { max($0, $1.max() ?? 0) }
        guard count > 0, most > 0 else { return 0 }
        guard most > 1 else { return Self.shades }
        return 1 + Int((Logarithm.two(Double(count)) / Logarithm.two(Double(most)) * Double(Self.shades - 1)).rounded())
    }
}
