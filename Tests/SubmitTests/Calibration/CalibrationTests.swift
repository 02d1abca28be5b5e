import Base
import Foundation
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
        #expect(found.text.contains("TLS       not measured"))
        var withTLS = found
        withTLS.newConnection = .init(cpuMilliseconds: 1.234, wallMilliseconds: 2.5, perSecond: 640.4)
        #expect(withTLS.text.contains("a new connection costs 1.23 ms of CPU and takes 2.5 ms; 640 a second"))
    }

    /// curl is the witness that each answer came over a connection of its own, with a full handshake, from a server it trusts.
    @Test func everyAnswerOfTheServerNeedsANewConnection() async throws {
        let scratch = try ScratchDirectory()
        let identity = try #require(SelfSigned())
        #expect(identity.write(to: scratch.file("authority.pem")))
        let server = try #require(HandshakeServer.start(identity, connections: 2))
        defer { server.stop() }
        let log = scratch.file("curl.log")
        let body = String(repeating: "x", count: 40_000)
        var words = ["/usr/bin/env", "curl", "-sS", "--noproxy", "*", "--cacert", scratch.file("authority.pem"), "-d", body]
        words += ["-w", "%{num_connects} %{ssl_verify_result} %{http_code}\\n"]
        for _ in 0..<2 { words += ["-o", "/dev/null", server.url] }
        let curl = try ChildProcess(words, log: log)
        #expect(await eventually { curl.exitStatus == 0 })
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "1 0 200\n1 0 200\n")
    }

    @Test func aRequestIsWholeWithItsBody() {
        func isWhole(_ text: String) -> Bool { HandshakeServer.isWhole(Array(text.utf8)) }
        #expect(!isWhole("") && !isWhole("POST / HTTP/1.1\r\nContent-Length: 2\r\n"))
        #expect(!isWhole("POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n1") && isWhole("POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n12"))
        #expect(isWhole("GET / HTTP/1.1\r\n\r\n"))
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
