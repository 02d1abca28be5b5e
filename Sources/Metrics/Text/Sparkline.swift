// Some seconds as a row of little bars: enough to see that something rises or broke off.

package enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// A character for each value, the highest bar for the largest; blank where there is none.
    package static func text(_ values: [Double?]) -> String {
        let most = values.compactMap { $0 }.max() ?? 0
        return String(
            values.map { value in
                guard let value else { return " " }
                guard most > 0, value > 0 else { return bars[0] }
                return bars[min(bars.count - 1, Int(value / most * Double(bars.count)))]
            })
    }
}
