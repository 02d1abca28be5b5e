// Numbers, instants and secrets in text.

import Base
import Scenarios
import Testing

@testable import Metrics

struct FormattingTests {
    /// Values of Node's toFixed.
    @Test(arguments: [
        (0.5, 0, "1"), (2.5, 0, "3"), (66.5, 0, "67"), (1.25, 1, "1.3"), (-0.4, 0, "-0"), (-2.5, 0, "-3"),
        (1.005, 2, "1.00"), (1.45, 1, "1.4"), (8.345, 2, "8.35"), (0.000001, 2, "0.00"), (99.995, 2, "100.00"),
        (0.95, 1, "0.9"), (9.898192367145374, 2, "9.90"), (1289.1198142656485, 1, "1289.1"), (0, 1, "0.0"),
        (0.999, 2, "1.00"), (123456789.125, 2, "123456789.13"), (.leastNonzeroMagnitude, 2, "0.00"),
    ])
    func toFixed(value: Double, decimals: Int, text: String) {
        #expect(Format.fixed(value, decimals) == text)
    }

    @Test func people() {
        #expect([0, 999, 1_000, 1_234_567].map { Format.grouped($0) } == ["0", "999", "1,000", "1,234,567"])
        #expect(Format.grouped(-1_234) == "-1,234")
        #expect(
            [0, 0.0123, 1.234, 12.34, 123.4, 1_234.5].map(Format.measure) == [
                "0", "0.012", "1.23", "12.3", "123", "1,235",
            ])
        #expect(
            [850_000_000, 12_000_000_000, 90_000_000_000, 7_500_000_000_000].map { Format.duration(nanoseconds: $0) }
                == ["850ms", "12.0s", "1m30s", "2h05m"])
    }

    @Test func wallClock() {
        #expect(WallClock.text(unixNanoseconds: 0) == "1970-01-01T00:00:00.000Z")
        #expect(WallClock.text(unixNanoseconds: 951_782_400_000_000_000) == "2000-02-29T00:00:00.000Z")
        #expect(WallClock.text(unixNanoseconds: 1_798_761_599_999_999_999) == "2026-12-31T23:59:59.999Z")
        #expect(WallClock.text(unixNanoseconds: -1) == "1969-12-31T23:59:59.999Z")
    }

    @Test(arguments: [
        ("key sk-1 and sk-12", "key **** and ****"),
        ("GET http://user:p@ss@host/x?a@b", "GET http://****:****@host/x?a@b"),
        ("https://token@host", "https://****:****@host"),
        ("http://host/a@b", "http://host/a@b"),
        ("AUTHORIZATION: Basic dXNlcg== extra\nnext", "AUTHORIZATION: ****\nnext"),
        ("{\"h\":\"Bearer abc\"}", "{\"h\":\"Bearer ****\"}"),
        ("nothing é here", "nothing é here"),
        ("", ""),
    ])
    func redaction(text: String, redacted: String) {
        #expect(Redactor(secrets: ["sk-1", "sk-12", ""]).redact(text) == redacted)
    }

    @Test func machine() {
        let machine = MachineDescription.current()
        #expect(machine.cpus > 0)
        #expect(machine.kernel.hasPrefix("Linux "))
        #expect(!machine.architecture.isEmpty)
        #expect(MachineDescription.cpuModel(in: "processor : 0\nmodel name\t: AMD EPYC 7B13\n") == "AMD EPYC 7B13")
        #expect(
            MachineDescription.cpuModel(in: "CPU implementer\t: 0x41\nCPU part\t: 0xd4f\n")
                == "ARM implementer 0x41 part 0xd4f")
        #expect(
            MachineDescription.allowedCPUs(in: "Name:\tx\nCpus_allowed:\tffffffff,000000ff\nMems_allowed:\t1\n") == 40)
    }
}
