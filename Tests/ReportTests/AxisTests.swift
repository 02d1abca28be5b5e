// Axes: which values are written, and where.

import Testing

@testable import Report

struct AxisTests {
    @Test(arguments: [
        (97.0, 100.0, ["0", "50", "100"]), (3.2, 4.0, ["0", "1", "2", "3", "4"]), (0.07, 0.08, ["0", "0.02", "0.04", "0.06", "0.08"]),
        (12_000.0, 15_000.0, ["0", "5,000", "10,000", "15,000"]), (0.0, 1.0, ["0", "0.5", "1"]), (Double.nan, 1.0, ["0", "0.5", "1"]),
    ])
    func numbersBeginAtZeroAndEndAtAStep(most: Double, high: Double, labels: [String]) {
        let axis = Axis.number(upTo: most)
        #expect(axis.low == 0 && axis.high == high)
        #expect(axis.ticks.map(\.label) == labels)
    }

    @Test(arguments: [
        (60.0, ["00:00", "00:10", "00:20", "00:30", "00:40", "00:50", "01:00"]),
        (3_600.0, ["00:00", "10:00", "20:00", "30:00", "40:00", "50:00", "1:00:00"]),
        (5.0, ["00:00", "00:01", "00:02", "00:03", "00:04", "00:05"]),
        (86_400.0, ["00:00", "6:00:00", "12:00:00", "18:00:00", "24:00:00"]),
        (0.9, ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s"]),
    ])
    func timeIsDividedAsClocksAre(seconds: Double, labels: [String]) {
        let axis = Axis.time(seconds)
        #expect(axis.high == seconds)
        #expect(axis.ticks.map(\.label) == labels)
    }

    @Test func logarithmsBeginAndEndAtAOneTwoOrFive() {
        let narrow = Axis.logarithmic(43, 388)
        #expect(narrow.ticks.map(\.label) == ["20 ms", "50 ms", "100 ms", "200 ms", "500 ms"])
        #expect(narrow.place(20) == 0 && narrow.place(500) == 1)
        #expect(abs(narrow.place(100) - 0.5) < 1e-12)
        let wide = Axis.logarithmic(0.02, 60_000)
        #expect(wide.ticks.map(\.label) == ["0.1 ms", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"])
        #expect(Axis.logarithmic(101, 119).ticks.map(\.label) == ["100 ms", "105 ms", "110 ms", "115 ms", "120 ms"])
        #expect(Axis.logarithmic(5, 5).high == 10)
        #expect(Axis.logarithmic(0, .infinity).place(-1) == 0)
    }

    @Test func ninesAreEquallyFarApart() {
        let axis = Axis.nines(of: 12_000)
        #expect(axis.ticks.map(\.label) == ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
        #expect(abs((axis.place(0.99) - axis.place(0.9)) - (axis.place(0.999) - axis.place(0.99))) < 1e-9)
        #expect(Axis.nines(of: 3).ticks.map(\.label) == ["0 %", "50 %", "90 %"])
    }

    @Test(arguments: [
        (1_500.0, "1,500"), (12.5, "12.5"), (0.002, "0.002"), (0.0, "0"), (-3.0, "−3"), (123_456.0, "123,456"), (0.12345, "0.1235"),
    ])
    func numbersHaveNoMoreDigitsThanCount(value: Double, text: String) {
        #expect(Axis.digits(value) == text)
    }
}
