// Numbers as people read them: thousands separated, and no digit that the interval beside them makes meaningless.

import Glibc

package enum Figures {
    /// `value` with that many decimals, ties away from 0, thousands separated by commas: 1,234.5. Fewer than none are tens,
    /// hundreds and so on.
    static func text(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        guard decimals >= 0 else {
            let unit = pow(10, Double(-decimals))
            return text((value / unit).rounded() * unit, decimals: 0)
        }
        let scale = pow(10, Double(decimals))
        let scaled = UInt64((abs(value) * scale).rounded())
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: UInt64(scale))
        var text = grouped(whole)
        if decimals > 0 {
            let digits = String(fraction)
            text += "." + String(repeating: "0", count: decimals - digits.count) + digits
        }
        return value < 0 && scaled > 0 ? "-" + text : text
    }

    /// Decimals for values that are uncertain by `width`: the last digit is worth at most a fifth of it, and of 1,000 and more
    /// at most three digits are left: 12,345 (9,812–15,903) is 12,350 (9,810–15,900).
    static func decimals(width: Double) -> Int {
        var (decimals, unit) = (0, 1.0)
        while decimals > -12, unit * 1000 <= width {
            decimals -= 1
            unit *= 10
        }
        while decimals < 3, unit > width / 5 {
            decimals += 1
            unit /= 10
        }
        return decimals
    }

    /// Decimals for a value alone: three digits.
    static func decimals(value: Double) -> Int { abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2 }

    /// A value alone, three digits of it.
    package static func short(_ value: Double) -> String { text(value, decimals: decimals(value: value)) }

    /// A share as per cent without the sign: 6.1, and 0.04 where one decimal would be 0.
    package static func percent(_ share: Double) -> String {
        text(share * 100, decimals: abs(share) * 100 < 0.1 && share != 0 ? 2 : 1)
    }

    private static func grouped(_ value: UInt64) -> String {
        let digits = Array(String(value))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// 0.95 → p95, 0.999 → p99.9.
    package static func percentile(_ p: Double) -> String {
        let tenths = Int((p * 1000).rounded())
        return tenths % 10 == 0 ? "p\(tenths / 10)" : "p\(tenths / 10).\(tenths % 10)"
    }

    /// An instant since the run's start as 00:12, an hour as 1:00:00.
    package static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e12))
        func two(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        let minutes = "\(two(whole / 60 % 60)):\(two(whole % 60))"
        return whole >= 3600 ? "\(whole / 3600):\(minutes)" : minutes
    }
}
