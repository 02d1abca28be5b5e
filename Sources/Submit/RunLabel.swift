// The name of one run: tags its series, names its directory. SML's form, so that old and new runs sort together.

import Foundation

/// Names of runs.
package enum RunLabel {
    /// `loadtest_<scenario>_<YYYYmmdd_HHMMSS>_<6 letters>`, local time.
    package static func make(scenario: String, at date: Date = Date()) -> String {
        var random = SystemRandomNumberGenerator()
        return make(scenario: scenario, at: date, timeZone: .current, random: &random)
    }

    static func make(
        scenario: String, at date: Date, timeZone: TimeZone, random: inout some RandomNumberGenerator
    ) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func padded(_ value: Int?, _ width: Int) -> String {
            let text = String(value ?? 0)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let day = padded(parts.year, 4) + padded(parts.month, 2) + padded(parts.day, 2)
        let time = padded(parts.hour, 2) + padded(parts.minute, 2) + padded(parts.second, 2)
        let letters = (0..<6).map { _ in "ABCDEFGHIJKLMNOPQRSTUVWXYZ".randomElement(using: &random) ?? "A" }
        return "loadtest_\(scenario)_\(day)_\(time)_\(String(letters))"
    }
}
