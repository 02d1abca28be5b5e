// Numbers as text the way k6's summary script writes them, and the way people read them.

package enum Format {
    /// JavaScript's `toFixed` (ECMA-262 21.1.3.3) for 0…3 decimals: exact ties go up in magnitude (0.5 -> "1",
    /// 1.25 -> "1.3"), a negative number keeps its sign (-0.4 -> "-0"). C's printf rounds ties to even.
    ///
    /// - Parameter value: finite, magnitude below 2^63; k6's script never gets near.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        let magnitude = value.magnitude
        guard magnitude < 0x1p63 else { return value.description }
        var whole = UInt64(magnitude)
        // The fraction as a multiple of 2^-64, exact for every fraction that could tie: bits below 2^-64 exist only
        // in fractions under 2^-11, which are far from half a unit of the third decimal place.
        let fraction = UInt64((magnitude - magnitude.rounded(.down)) * 0x1p64)
        let scale = (0..<decimals).reduce(UInt64(1)) { power, _ in power * 10 }
        let (high, low) = fraction.multipliedFullWidth(by: scale)
        var digits = high
        if low >= 1 << 63 { digits += 1 }
        if digits == scale {
            digits = 0
            whole += 1
        }
        let sign = value < 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(whole) }
        let text = String(digits)
        return sign + String(whole) + "." + String(repeating: "0", count: decimals - text.count) + text
    }

    /// 12,345 for people.
    package static func grouped(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var out = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { out += "," }
            out.append(digit)
        }
        return out
    }

    /// About three significant digits: 0.123, 1.23, 12.3, 1,234.
    package static func measure(_ value: Double) -> String {
        switch value.magnitude {
        case 0x1p62...: value.description
        case 1_000...: grouped(Int64(value.rounded()))
        case 100...: fixed(value, 0)
        case 10...: fixed(value, 1)
        case 1...: fixed(value, 2)
        case 0: "0"
        default: fixed(value, 3)
        }
    }

    /// 850ms, 12.0s, 1m30s, 2h05m.
    package static func duration(nanoseconds: Int64) -> String { duration(seconds: Double(nanoseconds) / 1e9) }

    /// The same; what a file says may be beyond any time.
    package static func duration(seconds: Double) -> String {
        guard seconds.magnitude < 0x1p62 else { return "\(seconds)s" }
        if seconds < 1 { return fixed(seconds * 1_000, 0) + "ms" }
        if seconds < 60 { return fixed(seconds, 1) + "s" }
        let whole = Int64(seconds.rounded())
        let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
        if minutes < 60 { return "\(minutes)m\(rest < 10 ? "0" : "")\(rest)s" }
        return "\(minutes / 60)h\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)m"
    }
}
