// What a client can make the endpoint hold: bytes, time, connections. The client counts what it got rid of; the kernel
// tells the process's memory.

import Foundation
import Synchronization
import Testing

@testable import Endpoint

@Suite struct EndpointLimitTests {
    /// What the kernel's buffers between two sockets may take, twice over. The endpoint's own part is a read.
    static let kernels = 64 << 20
    private static let chunkedHead = "POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// A completion of `bytes` bytes.
    private static func post(bytes: Int) -> String {
        let frame = Harness.body("").utf8.count
        return Harness.post(Harness.body(String(repeating: "x", count: bytes - frame)))
    }

    /// A request that is never answered, and two hundred bodies of a megabyte after it.
    @Test func whatIsSentAheadStaysWithTheClient() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send(Harness.post(Harness.body("[[fail:hang]]")))
            let sent = client.offer(Self.post(bytes: 1 << 20), times: 200)
            #expect(sent < Self.kernels, "\(sent)")
        }
    }

    /// Answers of 60 kB that the client leaves lying.
    @Test func answersThatNobodyReadsAreNotMade() async throws {
        try await Harness.run({ $0.answerBytes = 60_000 }) { harness in
            let client = try harness.client()
            let sent = client.offer(Self.post(bytes: 10_000), times: 15_000)
            #expect(sent < Self.kernels, "\(sent)")
            let served = harness.log.entries.count
            #expect(served > 0 && served * 60_000 < Self.kernels, "\(served)")
            // What was taken is answered, in order, when the client reads again.
            for _ in 0..<(served + 1) { #expect(try client.response().status == 200) }
        }
    }

    /// The process of the command: 100 bodies of 30 MB on each of four connections, 12 GB in all.
    @Test func memoryStaysBounded() async throws {
        let process = try EndpointCommand(["--ttft", "0", "--max-buffered", "80000000"])
        defer { process.end() }
        let before = process.peakMemory
        let body = Self.post(bytes: 30_000_000)
        let clients = try (0..<4).map { _ in try RawClient(port: process.port) }
        for client in clients { try client.send(Harness.post(Harness.body("[[fail:hang]]"))) }
        let sent = await withTaskGroup(of: Int.self) { group in
            for client in clients { group.addTask { client.offer(body, times: 100) } }
            return await group.reduce(0, +)
        }
        #expect(sent < 4 * Self.kernels, "\(sent)")
        #expect(process.peakMemory - before < 300_000, "kB: \(before) became \(process.peakMemory)")
    }

    @Test func bodiesWaitForRoomAndAllAreServed() async throws {
        try await Harness.run({ ($0.maximumBody, $0.maximumBuffered) = (4_000_000, 8_000_000) }) { harness in
            let text = Self.post(bytes: 3_000_000)
            let early = try (0..<2).map { _ in try harness.client() }
            for client in early { try client.send(String(text.dropLast(1))) }
            let late = try (0..<4).map { _ in try harness.client() }
            let statuses = Mutex<[Int]>([])
            for client in late {
                Thread.detachNewThread {
                    let status = (try? client.send(text)).flatMap { try? client.response().status } ?? 0
                    statuses.withLock { $0.append(status) }
                }
            }
            // There is room for two; a small request needs none.
            let small = try harness.client()
            try small.send(Harness.post(Harness.body()))
            #expect(try small.response().status == 200)
            #expect(try await harness.entries(1).count == 1)
            for client in early {
                try client.send("}")
                #expect(try client.response().status == 200)
            }
            #expect(try await harness.entries(7).count == 7)
            let deadline = ContinuousClock.now + .seconds(10)
            while statuses.withLock({ $0.count }) < 4, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
            #expect(statuses.withLock { $0 } == [200, 200, 200, 200])
        }
    }

    /// Who leaves while waiting, or in the middle, leaves its place to others.
    @Test func aPlaceComesBackFromThoseWhoLeave() async throws {
        try await Harness.run({ ($0.maximumBody, $0.maximumBuffered) = (4_000_000, 4_000_000) }) { harness in
            let text = Self.post(bytes: 3_000_000)
            for _ in 0..<3 {
                let holder = try harness.client()
                try holder.send(String(text.prefix(100_000)))
                let waiting = try harness.client()
                try waiting.send(String(text.prefix(100_000)))
            }
            let client = try harness.client()
            try client.send(text)
            #expect(try client.response().status == 200)
        }
    }

    @Test func aBodyOverTheLimitGets413HoweverItComes() async throws {
        try await Harness.run({ ($0.maximumBody, $0.maximumBuffered) = (100_000, 400_000) }) { harness in
            let announced = try harness.client()
            try announced.send(Self.post(bytes: 100_001))
            #expect(try announced.response().status == 413)
            try announced.send(Self.post(bytes: 100_000))
            #expect(try announced.response().status == 200)
            let chunked = try harness.client()
            let piece = String(repeating: " ", count: 0x10000)
            try chunked.send(Self.chunkedHead + "10000\r\n\(piece)\r\n10000\r\n\(piece)\r\n0\r\n\r\n")
            #expect(try chunked.response().status == 413)
        }
    }

    @Test func aBodyOfUnknownLengthIsNotWaitedFor() async throws {
        try await Harness.run({ ($0.maximumBody, $0.maximumBuffered) = (300_000, 300_000) }) { harness in
            let holder = try harness.client()
            try holder.send(String(Self.post(bytes: 290_000).dropLast(1)))
            let chunked = try harness.client()
            let piece = String(repeating: " ", count: 0x10000)
            try chunked.send(Self.chunkedHead + "10000\r\n\(piece)\r\n0\r\n\r\n")
            #expect(try chunked.response().status == 503)
            #expect(try await harness.entries(1).map(\.mode) == ["no-room"])
            try holder.send("}")
            #expect(try holder.response().status == 200)
        }
    }

    /// A byte now and then does not help.
    @Test(arguments: ["GET /health HTTP/1.1\r\nX: ", "POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n{"])
    func aRequestThatDoesNotComeInTimeGets408(_ beginning: String) async throws {
        try await Harness.run({ ($0.headerTimeout, $0.bodyTimeout) = (300_000_000, 300_000_000) }) { harness in
            let client = try harness.client()
            Thread.detachNewThread {
                try? client.send(beginning)
                while (try? client.send("x")) != nil { usleep(20_000) }
            }
            #expect(try client.response().status == 408)
            #expect(try client.isClosedOrReset())
            guard beginning.hasPrefix("POST") else { return }
            let entry = try #require(try await harness.entries(1).first)
            #expect(entry.status == 408 && entry.mode == "timeout")
        }
    }

    @Test func anIdleConnectionAndASlowAnswerHaveTheirTime() async throws {
        try await Harness.run({ ($0.headerTimeout, $0.bodyTimeout, $0.timeToFirstToken) = (50_000_000, 50_000_000, .fixed(4e8)) }) {
            harness in
            let client = try harness.client()
            for _ in 0..<2 {
                try await Task.sleep(for: .milliseconds(200))
                try client.send(Harness.post(Harness.body()))
                #expect(try client.response().status == 200)
            }
        }
    }

    /// Three times the limit while the endpoint itself does not read: that is not the client's time.
    @Test func timeHeldBackByTheEndpointDoesNotCount() async throws {
        try await Harness.run({ ($0.headerTimeout, $0.bodyTimeout, $0.timeToFirstToken) = (200_000_000, 200_000_000, .fixed(6e8)) }) {
            harness in
            let client = try harness.client()
            let text = Harness.post(Harness.body())
            try client.send(text + text.dropLast(5))
            #expect(try client.response().status == 200)
            try client.send(String(text.suffix(5)))
            #expect(try client.response().status == 200)
        }
    }

    @Test func moreConnectionsThanAllowedAreClosed() async throws {
        try await Harness.run({ $0.maximumConnections = 2 }) { harness in
            var clients = try (0..<2).map { _ in try harness.client() }
            for client in clients {
                try client.send(Harness.post(Harness.body()))
                #expect(try client.response().status == 200)
            }
            #expect(try harness.client().isClosedOrReset())
            clients.removeLast()
            let deadline = ContinuousClock.now + .seconds(10)
            var status = 0
            while status != 200, ContinuousClock.now < deadline {
                let client = try harness.client()
                status = (try? client.send(Harness.post(Harness.body()))).flatMap { try? client.response().status } ?? 0
            }
            #expect(status == 200)
        }
    }

    /// The parser's own limit, which nothing else here bounds.
    @Test func headersWithoutEndAreRefused() async throws {
        try await Harness.run { harness in
            let client = try harness.client()
            try client.send("GET /health HTTP/1.1\r\n")
            let sent = client.offer("X-Filler: \(String(repeating: "y", count: 1000))\r\n", times: 100_000)
            #expect(sent < Self.kernels, "\(sent)")
        }
    }
}

@Suite struct BodyBudgetTests {
    @Test func placesAreGivenInTheOrderTheyWereAskedFor() {
        let budget = BodyBudget(bytes: 10)
        let granted = Mutex<[String]>([])
        func ask(_ name: String, _ bytes: Int) -> Bool { budget.take(bytes) { granted.withLock { $0.append(name) } } }
        #expect(ask("a", 6) && !ask("b", 6) && !ask("c", 1))
        // Room there is, but it is somebody else's turn.
        #expect(!budget.takeNow(1))
        budget.give(2)
        #expect(granted.withLock { $0 } == ["b"])
        budget.give(4)
        #expect(granted.withLock { $0 } == ["b", "c"])
        budget.give(7)
        #expect(budget.takeNow(10) && !budget.takeNow(1))
    }
}

/// The built command, on a free port.
private final class EndpointCommand {
    private let process = Process()
    let port: Int

    init(_ arguments: [String]) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
            .resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "sml-endpoint")
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(line.split(separator: ":").last.flatMap { Int($0.trimmingCharacters(in: .newlines)) })
    }

    /// kB, as the kernel counts (VmHWM).
    var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        return status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            .flatMap { Int($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
    }
}
