import FoundationEssentials
import Glibc
import Testing

@testable import Endpoint

@Suite struct RequestLogTests {
    @Test func oneConsistentEntryPerRequest() async throws {
        try await Harness.run({
            $0.timeToFirstToken = .uniform(low: 0, high: 4e6)
            $0.maximumBatch = 3
        }) { harness in
            let clients = try (0..<10).map { _ in try harness.client() }
            for _ in 0..<10 {
                for client in clients { try client.send(Harness.post(Harness.body("12345678"))) }
                for client in clients { #expect(try client.response().status == 200) }
            }
            let entries = try await harness.entries(100)
            #expect(Set(entries.map(\.sequence)) == Set(0..<100))
            for entry in entries {
                // Never early; how late depends on the machine, so it is bounded loosely.
                let due = entry.arrival + entry.queued + entry.service
                #expect(entry.departure >= due)
                #expect(entry.departure - due < 10_000_000_000)
                #expect(entry.promptTokens == 2 && entry.completionTokens == 12 && entry.mode == "ok")
            }
            #expect(Dictionary(grouping: entries, by: \.connection).values.allSatisfy { $0.count == 10 })
            // 100 requests of 2 ms on 3 places cannot all have started at once.
            #expect(entries.contains { $0.queued > 0 })
        }
    }

    @Test func theClientSeesWhatTheLogSays() async throws {
        try await Harness.run({ $0.timeToFirstToken = .fixed(20e6) }) { harness in
            let client = try harness.client()
            for _ in 0..<5 {
                let before = ContinuousClock.now
                try client.send(Harness.post(Harness.body()))
                _ = try client.response()
                let seen = ContinuousClock.now - before
                let entry = try #require(try await harness.entries(1).last)
                // The stamp follows the write, so a server that loses its CPU in between stamps late; a second is a
                // bound on that, not the accuracy (docs/ACCURACY.md has the measured one).
                #expect(.nanoseconds(entry.departure - entry.arrival) <= seen + .seconds(1))
                #expect(seen >= .milliseconds(20))
            }
        }
    }

    @Test func arrivalIsTheFirstByte() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            let text = Harness.post(Harness.body())
            try client.send(String(text.prefix(30)))
            // At least what lies between the first byte and the last.
            try await Task.sleep(for: .milliseconds(60))
            try client.send(String(text.dropFirst(30)))
            _ = try client.response()
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.departure - entry.arrival >= 50_000_000)
        }
    }

    @Test func clientsThatLeaveAreLogged() async throws {
        try await Harness.run({ $0.timeToFirstToken = .fixed(60e9) }) { harness in
            do {
                let waiting = try harness.client()
                try waiting.send(Harness.post(Harness.body()) + Harness.post(Harness.body()))
                let partial = try harness.client()
                try partial.send(String(Harness.post(Harness.body()).dropLast(5)))
            }
            let entries = try await harness.entries(3)
            #expect(entries.map(\.status) == [499, 499, 499])
            #expect(entries.map(\.mode).sorted() == ["ok", "partial", "partial"])
        }
    }

    /// A run ends with its clients closing and the endpoint being told to stop right after.
    @Test func clientsThatLeaveJustBeforeTheEndAreLoggedAsGone() async throws {
        var configuration = EndpointConfiguration()
        configuration.timeToFirstToken = .fixed(60e9)
        let log = RequestLogMemory()
        let server = try await EndpointServer.start(configuration, log: log)
        do {
            let clients = try (0..<200).map { _ in try RawClient(port: server.port) }
            for client in clients {
                try client.send(Harness.post("not json") + Harness.post(Harness.body()))
                #expect(try client.response().status == 400)
            }
        }
        try await server.stop()
        // Each exactly once; 0 instead of 499 where a busy kernel had not delivered the close yet.
        let open = log.entries.filter { $0.mode != "invalid" }
        #expect(open.count == 200)
        #expect(open.allSatisfy { [499, 0].contains($0.status) })
    }

    @Test func openRequestsAreLoggedAtTheEnd() async throws {
        var configuration = EndpointConfiguration()
        configuration.timeToFirstToken = .fixed(60e9)
        let log = RequestLogMemory()
        let server = try await EndpointServer.start(configuration, log: log)
        let client = try RawClient(port: server.port)
        try client.send(Harness.post("not json") + Harness.post(Harness.body()))
        #expect(try client.response().status == 400)
        try await server.stop()
        #expect(log.entries.map(\.status) == [400, 0])
        #expect(try client.isClosed())
    }

    @Test func csv() throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/endpoint-log-\(getpid()).csv"
        defer { unlink(path) }
        let log = try RequestLogFile(path: path)
        // More than one batch of the writer.
        let count = 10_000
        for index in 0..<count {
            log.record(
                RequestLogEntry(
                    sequence: UInt64(index), arrival: 1, departure: .max, queued: 0, service: 10, promptTokens: 99,
                    completionTokens: 100, status: 200, mode: "ok", connection: 7, firstToken: 11, lastToken: 12, chunks: 13))
        }
        try log.close()
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == count + 1)
        #expect(lines[0] == RequestLogEntry.csvHeader[...])
        #expect(lines[1] == "0,1,18446744073709551615,0,10,99,100,200,ok,7,11,12,13")
        #expect(lines[count].hasPrefix("\(count - 1),"))
    }

    @Test func anUnwritableFileIsNamed() {
        #expect(throws: EndpointUsageError("--log /nowhere/x: cannot be written: No such file or directory")) {
            _ = try RequestLogFile(path: "/nowhere/x")
        }
    }

    @Test func aFullDiskIsReported() throws {
        let log = try RequestLogFile(path: "/dev/full")
        #expect(throws: EndpointUsageError("--log /dev/full: is incomplete: No space left on device")) {
            try log.close()
        }
    }
}
