// Where a value stands on an axis and which values are written at it. Steps are 1, 2 or 5 times a power of ten, of clocks what
// people divide an hour by, so that a reader can say what lies between two of them.

import Glibc

/// One axis of a chart.
package struct Axis: Sendable, Equatable {
    package enum Scale: Sendable, Equatable {
        case linear, logarithmic
        /// Of shares: as far from 90 to 99 % as from 99 to 99.9 %.
        case nines
    }

    /// What the values are.
    package enum Unit: String, Sendable, Equatable {
        case seconds, milliseconds, number, share
        /// A share more or less: +5 %.
        case change
        /// The ticks are all there is.
        case category
    }

    package struct Tick: Sendable, Equatable {
        package var value: Double
        package var label: String
    }

    package let scale: Scale
    package let unit: Unit
    package let low, high: Double
    package let ticks: [Tick]

    /// 0 at `low`, 1 at `high`; what is beyond stays at the ends.
    package func place(_ value: Double) -> Double { min(max(0, rawPlace(value)), 1) }

    private func rawPlace(_ value: Double) -> Double {
        switch scale {
        case .linear: (value - low) / (high - low)
        case .logarithmic: value <= 0 ? 0 : (log10(value) - log10(low)) / (log10(high) - log10(low))
        case .nines: Self.nines(value) / Self.nines(high)
        }
    }

    private static func nines(_ share: Double) -> Double { share >= 1 ? .infinity : -log10(1 - max(0, share)) }

    // MARK: Making

    /// From 0 to the first step at or above `most`.
    package static func number(upTo most: Double, unit: Unit = .number, ticks count: Int = 4) -> Axis {
        let most = most.isFinite && most > 0 ? most : 1
        let step = step(most / Double(count))
        let steps = (most / step - 1e-9).rounded(.up)
        return Axis(
            scale: .linear, unit: unit, low: 0, high: step * steps,
            ticks: (0...Int(steps)).map { Tick(value: Double($0) * step, label: label(Double($0) * step, unit)) })
    }

    /// The next of 1, 2, 5, 10… at or above `rough`.
    static func step(_ rough: Double) -> Double {
        let power = pow(10, log10(rough).rounded(.down))
        for factor in [1.0, 2, 5] where rough <= factor * power * (1 + 1e-9) { return factor * power }
        return 10 * power
    }

    private static let clockSteps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    ]

    /// A run's time, from 0 to its end exactly.
    package static func time(_ seconds: Double, ticks count: Int = 7) -> Axis {
        let seconds = seconds.isFinite && seconds > 0 ? seconds : 1
        let rough = seconds / Double(count)
        let step = rough < 1 ? Self.step(rough) : clockSteps.first { $0 >= rough } ?? Self.step(rough)
        let ticks = (0...Int((seconds / step + 1e-9).rounded(.down))).map { index in
            let value = Double(index) * step
            return Tick(value: value, label: step < 1 ? label(value, .seconds) + " s" : clock(value))
        }
        return Axis(scale: .linear, unit: .seconds, low: 0, high: seconds, ticks: ticks)
    }

    /// Over all of `low…high`, from and to a 1, 2 or 5; where there are more than three powers of ten these only.
    package static func logarithmic(_ low: Double, _ high: Double, unit: Unit = .milliseconds) -> Axis {
        let low = low.isFinite && low > 0 ? low : 1e-3
        let high = high.isFinite && high > low * 1.0001 ? high : low * 2
        if high / low < 5 { return narrow(low, high, unit) }
        func below(_ value: Double) -> Double {
            let power = pow(10, (log10(value) + 1e-9).rounded(.down))
            return [5.0, 2, 1].map { $0 * power }.first { $0 <= value * (1 + 1e-9) } ?? power
        }
        let first = below(low)
        var last = first
        while last < high * (1 - 1e-9) { last = step(last * 1.01) }
        if last == first { last = step(first * 1.01) }
        let decades = log10(last / first)
        var ticks: [Tick] = []
        var value = first
        while value <= last * (1 + 1e-9) {
            let isPower = abs(log10(value) - log10(value).rounded()) < 1e-9
            if decades <= 3 || isPower { ticks.append(Tick(value: value, label: label(value, unit))) }
            value = step(value * 1.01)
        }
        return Axis(scale: .logarithmic, unit: unit, low: first, high: last, ticks: ticks)
    }

    /// Of less than a power of ten: 1, 2 and 5 are too few, and even steps are near enough to even distances.
    private static func narrow(_ low: Double, _ high: Double, _ unit: Unit) -> Axis {
        let step = step((high - low) / 5)
        let first = max(1, (low / step + 1e-9).rounded(.down))
        let last = max(first + 1, (high / step - 1e-9).rounded(.up))
        let ticks = (Int(first)...Int(last)).map { Tick(value: Double($0) * step, label: label(Double($0) * step, unit)) }
        return Axis(scale: .logarithmic, unit: unit, low: min(low, first * step), high: last * step, ticks: ticks)
    }

    /// Of `count` values: as many nines as they can tell.
    package static func nines(of count: UInt64) -> Axis {
        let nines = min(5, max(1, Int(log10(Double(max(10, count))).rounded(.down))))
        let top = 1 - pow(10, -Double(nines) - 0.3)
        let marks: [(Double, String)] = [
            (0, "0 %"), (0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %"), (0.99999, "99.999 %"),
        ]
        return Axis(
            scale: .nines, unit: .share, low: 0, high: top, ticks: marks.filter { $0.0 < top }.map { Tick(value: $0.0, label: $0.1) })
    }

    /// Of changes, 0 among them.
    package static func change(_ low: Double, _ high: Double) -> Axis { span(min(0, low), max(0, high), unit: .change, least: 1e-3) }

    /// Over all of `low…high` and a little more, so that nothing lies on the frame.
    ///
    /// - Parameter least: what it spans where the values are all but one.
    package static func span(_ low: Double, _ high: Double, unit: Unit, least: Double = 1e-6) -> Axis {
        func bounded(_ value: Double) -> Double { value.isFinite ? min(max(value, -1e15), 1e15) : 0 }
        let (low, high) = (bounded(min(low, high)), bounded(max(low, high)))
        let room = max(high - low, least, abs(high) * 1e-4) * 0.06
        let step = step((high - low + 2 * room) / 6)
        let first = ((low - room) / step + 1e-9).rounded(.down), last = ((high + room) / step - 1e-9).rounded(.up)
        let ticks = (0...Int(last - first)).map { number in
            let value = (first + Double(number)) * step
            return Tick(value: value, label: label(value, unit))
        }
        // There is no 101 % of anything.
        let possible = unit == .share && high <= 1 ? ticks.filter { $0.value <= 1 + 1e-9 } : ticks
        return Axis(scale: .linear, unit: unit, low: first * step, high: last * step, ticks: possible)
    }

    /// Names side by side, the first at 0.
    package static func categories(_ names: [String]) -> Axis {
        Axis(
            scale: .linear, unit: .category, low: -0.5, high: max(0.5, Double(names.count) - 0.5),
            ticks: names.enumerated().map { Tick(value: Double($0), label: $1) })
    }

    // MARK: Labels

    package static func label(_ value: Double, _ unit: Unit) -> String {
        switch unit {
        case .seconds, .number, .category: return digits(value)
        case .change: return (value > 0 ? "+" : "") + digits(value * 100) + " %"
        case .milliseconds:
            if value >= 1_000 { return digits(value / 1_000) + " s" }
            if value > 0, value < 0.1 { return digits(value * 1_000) + " µs" }
            return digits(value) + " ms"
        case .share: return digits(value * 100) + " %"
        }
    }

    /// 12:30, an hour 1:00:00.
    package static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e12).rounded())
        func two(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        let minutes = "\(two(whole / 60 % 60)):\(two(whole % 60))"
        return whole >= 3_600 ? "\(whole / 3_600):\(minutes)" : minutes
    }

    /// Up to four digits that count: 1,500, 12.5, 0.002.
    package static func digits(_ value: Double) -> String {
        guard value.isFinite, value != 0, abs(value) < 1e15 else { return value == 0 ? "0" : "\(value)" }
        let places = min(6, max(0, 3 - Int(log10(abs(value)).rounded(.down))))
        let scale = pow(10, Double(places))
        let scaled = UInt64((abs(value) * scale).rounded())
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: UInt64(scale))
        var text = ""
        for (index, digit) in String(whole).enumerated() {
            if index > 0, (String(whole).count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        if places > 0, fraction > 0 {
            let digits = String(fraction)
            var tail = String(repeating: "0", count: places - digits.count) + digits
            while tail.last == "0" { tail.removeLast() }
            text += "." + tail
        }
        return (value < 0 ? "−" : "") + text
    }
}

extension Axis {
    static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }
    static func exponent(_ value: Double) -> Int { value == 0 ? 0 : Int(log10(abs(value)).rounded(.down)) }
}
