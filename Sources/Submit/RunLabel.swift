// The name of one run: tags its series, names its directory. SML's form, so that old and new runs sort together.

import Glibc

/// Names of runs.
package enum RunLabel {
    /// `loadtest_<scenario>_<YYYYmmdd_HHMMSS>_<6 letters>`, local time.
    package static func make(scenario: String) -> String {
        var random = SystemRandomNumberGenerator()
        return make(scenario: scenario, at: time(nil), random: &random)
    }

    /// - Parameter seconds: since 1970.
    static func make(scenario: String, at seconds: time_t, random: inout some RandomNumberGenerator) -> String {
        var seconds = seconds
        var parts = tm()
        tzset()
        localtime_r(&seconds, &parts)
        func padded(_ value: Int32, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let day = padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        let time = padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2)
        let letters = (0..<6).map { _ in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement(using: &random) ?? "A" }
        return "loadtest_\(scenario)_\(day)_\(time)_\(String(letters))"
    }
}
