import Base
import Metrics
import Scenarios
import TestSupport
import Testing

@testable import Loadtests

@Suite struct CalibrationTests {
    private func calibration(_ machine: MachineDescription) -> Calibration {
        Calibration(
            machine: machine, measured: "2026-01-01T00:00:00.000Z", requestsPerSecond: 10_000, rate: 20, latenessP99Milliseconds: 0.25)
    }

    private var machine: MachineDescription {
        var machine = MachineDescription()
        machine.host = "nid001/a"
        machine.cpus = 4
        machine.cpuModel = "some"
        return machine
    }

    @Test func halfOfTheCeilingIsWarnedOf() {
        let found = calibration(machine)
        #expect(found.warning(rate: 5_000) == nil && found.warning(rate: nil) == nil)
        #expect(found.warning(rate: 5_001)?.contains("asks for 5001 requests/s, more than half of the 10000") == true)
        #expect(found.text.hasPrefix("ceiling   10000 requests/s on 4 CPUs") && found.text.contains("p99 0.25 ms at 20 requests/s"))
    }

    @Test func isKnownOfItsMachineOnly() throws {
        let scratch = try ScratchDirectory()
        let found = calibration(machine)
        #expect(Calibration.stored(directory: scratch.path, machine: machine) == nil)
        try found.save(directory: scratch.path)
        #expect(Calibration.path(directory: "d", machine: machine) == "d/calibration_nid001_a.json")
        #expect(Calibration.stored(directory: scratch.path, machine: machine) == found)
        var other = machine
        other.cpus = 8
        #expect(Calibration.stored(directory: scratch.path, machine: other) == nil)
        try scratch.write("calibration_nid001_a.json", "{")
        #expect(Calibration.stored(directory: scratch.path, machine: machine) == nil)
    }

    @Test func theHighestRateOfAPlan() {
        func rate(_ executor: Executor) -> Double? {
            Plan(scenario: "s", executor: executor, target: RequestTarget(url: "http://h")).highestRate
        }
        #expect(rate(.constantVUs(vus: 3, duration: .seconds(5))) == nil)
        #expect(
            rate(.constantArrivalRate(rate: 90, timeUnit: .seconds(60), duration: .seconds(5), preAllocatedVUs: 1, maxVUs: 1)) == 1.5)
        let ramp = rate(
            .rampingArrivalRate(
                startRate: 2, timeUnit: .seconds(1), stages: [Stage(duration: .seconds(100), target: 30)], preAllocatedVUs: 1, maxVUs: 1))
        #expect((ramp ?? 0) > 29.9)
    }
}
