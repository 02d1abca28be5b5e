// Durations as k6 reads them (k6 §10): Go's `1m30s`, plus leading whole days, plus bare numbers that mean
// milliseconds. The last are a trap, so the parser says when it met one and the caller warns. Arithmetic is in whole
// nanoseconds; more digits than that are cut off, as Go does.

package enum DurationGrammar {
    package struct Parsed: Sendable, Equatable {
        package var duration: Duration
        /// The text had no unit and was read as milliseconds.
        package var isBareNumber: Bool
    }

    /// 27 years, more than anybody means. A run adds up to half a dozen durations on top of a clock, in 64 bits of
    /// nanoseconds, which are 292 years: this leaves room for all of them, so that no sum has to be looked at again.
    package static let longest = Duration.seconds(10_000 * 86_400)

    /// What an error names as accepted.
    package static let accepted = "a duration such as 1500ms, 30s, 1m30s, 1.5h or 1d12h, up to 10000d"

    /// Nil for anything outside the grammar or beyond ±``longest``.
    package static func parse(_ text: String) -> Parsed? {
        guard let parsed = unbounded(text), parsed.duration <= longest, parsed.duration >= .zero - longest else { return nil }
        return parsed
    }

    private static func unbounded(_ text: String) -> Parsed? {
        if let bare = bareMilliseconds(text) { return Parsed(duration: bare, isBareNumber: true) }
        var bytes = text.utf8[...]
        var days: Int64 = 0
        if let d = bytes.firstIndex(of: UInt8(ascii: "d")) {
            // "1d12h": days lead, are whole, and carry the sign; the rest has none of its own.
            guard let count = Int64(String(decoding: bytes[..<d], as: UTF8.self)),
                bytes.first.map({ isDigit($0) || $0 == UInt8(ascii: "-") }) == true
            else { return nil }
            days = count
            bytes = bytes[bytes.index(after: d)...]
            if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { return nil }
        }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        if bytes.isEmpty {
            guard text.utf8.last == UInt8(ascii: "d") else { return nil }
        } else if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            bytes = bytes.dropFirst()
            if bytes.isEmpty { return nil }
        }
        let (dayTotal, dayOverflow) = days.multipliedReportingOverflow(by: 86_400_000_000_000)
        guard !dayOverflow, let rest = goNanoseconds(bytes) else { return nil }
        let (total, overflow) = dayTotal.addingReportingOverflow(isNegative ? -rest : rest)
        return overflow ? nil : Parsed(duration: .nanoseconds(total), isBareNumber: false)
    }

    /// A number of milliseconds without a unit: digits with an optional fraction and sign.
    private static func bareMilliseconds(_ text: String) -> Duration? {
        var bytes = text.utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        guard let nanoseconds = scaled(&bytes, unit: 1_000_000), bytes.isEmpty else { return nil }
        return .nanoseconds(isNegative ? -nanoseconds : nanoseconds)
    }

    /// As Go prints durations, without the zero parts: `15m`, `1m30s`, `1.5s`, `500ms`, `0s`.
    package static func format(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        for (limit, unit, name) in [(1000, 1, "ns"), (1_000_000, 1000, "us"), (1_000_000_000, 1_000_000, "ms")]
            as [(UInt64, UInt64, String)] where magnitude < limit
        {
            return sign + decimal(magnitude, unit: unit) + name
        }
        let minute: UInt64 = 60_000_000_000
        let (hours, minutes, seconds) = (magnitude / (60 * minute), magnitude / minute % 60, magnitude % minute)
        var text = sign
        if hours > 0 { text += "\(hours)h" }
        if minutes > 0 { text += "\(minutes)m" }
        if seconds > 0 { text += decimal(seconds, unit: 1_000_000_000) + "s" }
        return text
    }

    // MARK: Parts

    private static func decimal(_ value: UInt64, unit: UInt64) -> String {
        var fraction = String(value % unit + unit).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return String(value / unit) + (fraction.isEmpty ? "" : "." + fraction)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// Unsigned Go duration, e.g. `1h2.5s`; zero for an empty text.
    private static func goNanoseconds(_ text: Substring.UTF8View) -> Int64? {
        var bytes = text
        var total: Int64 = 0
        while !bytes.isEmpty {
            let unitStart = bytes.firstIndex { !isDigit($0) && $0 != UInt8(ascii: ".") } ?? bytes.endIndex
            var number = bytes[..<unitStart]
            let unitEnd = bytes[unitStart...].firstIndex { isDigit($0) || $0 == UInt8(ascii: ".") } ?? bytes.endIndex
            guard let unit = unit(String(decoding: bytes[unitStart..<unitEnd], as: UTF8.self)),
                let part = scaled(&number, unit: unit), number.isEmpty
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
            bytes = bytes[unitEnd...]
        }
        return total
    }

    private static func unit(_ name: String) -> Int64? {
        switch name {
        case "ns": 1
        case "us", "µs", "μs": 1000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }

    /// Reads `12`, `1.5`, `.9` or `1.` off the front and returns it times `unit`, cut to whole nanoseconds.
    private static func scaled(_ bytes: inout Substring.UTF8View, unit: Int64) -> Int64? {
        var total: Int64 = 0
        var digits = 0
        while let byte = bytes.first, isDigit(byte) {
            let (shifted, overflow) = total.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = shifted.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            if overflow || overflow2 { return nil }
            total = sum
            digits += 1
            bytes = bytes.dropFirst()
        }
        let (whole, overflow) = total.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        var fraction: Int64 = 0
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            var value: Int64 = 0
            var scale: Int64 = 1
            while let byte = bytes.first, isDigit(byte) {
                // 15 digits decide every nanosecond of an hour; further ones only have to be digits.
                if scale < 1_000_000_000_000_000 {
                    value = value * 10 + Int64(byte - UInt8(ascii: "0"))
                    scale *= 10
                }
                digits += 1
                bytes = bytes.dropFirst()
            }
            let product = unit.multipliedFullWidth(by: value)
            fraction = scale.dividingFullWidth((product.high, product.low)).quotient
        }
        let (result, overflow2) = whole.addingReportingOverflow(fraction)
        return digits == 0 || overflow2 ? nil : result
    }
}
