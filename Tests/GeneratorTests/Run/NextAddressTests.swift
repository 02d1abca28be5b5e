// A server with several addresses of which one is dead: its share of the users goes on to the next one, and that is counted.
// Real addresses of this machine: 127.0.0.1 has the server, 127.0.0.2 refuses or says nothing, ::1 is the other version.

import Glibc
import Scenarios
import TestSupport
import Testing

@testable import Generator

@Suite struct NextAddressTests {
    private static func run(
        _ numeric: [String], others: [String] = [], port: UInt16, users: Int, timeout: Duration = .seconds(10)
    ) async throws -> FinishedRun {
        try await RunHarness.run(
            RunHarness.plan(
                .constantVUs(vus: users, duration: .milliseconds(300)), url: "http://server.invalid:\(port)/v1/chat/completions",
                think: .milliseconds(100), timeout: timeout),
            options: { $0.lookUp = { ServerAddresses(host: $0, port: $1, numeric: numeric, others: others) } })
    }

    /// Of four users two begin at the address where nothing listens: each of them once, on its first connection.
    @Test func aRefusedConnectionIsMadeToTheNextAddress() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let run = try await Self.run(["127.0.0.2", "127.0.0.1"], others: ["[::1]"], port: server.port, users: 4)
        #expect(run.requests.count > 4 && run.requests.allSatisfy { $0.status == 200 })
        let late = run.requests.filter { $0.flags.contains(.nextAddress) }
        #expect(late.map(\.virtualUser).sorted() == [0, 2] && late.allSatisfy { !$0.flags.contains(.connectionReused) })
        #expect(server.connections == 4 && server.requests.count == run.requests.count)
        #expect(server.requests.allSatisfy { $0.header("Host") == "server.invalid:\(server.port)" })
    }

    @Test func theOtherVersionIsTriedWhenNoneOfTheFirstAnswers() async throws {
        let server = try ScriptedServer(isIPv6: true) { _ in [.completion] }
        defer { server.stop() }
        for dead in [["127.0.0.2"], ["127.0.0.2", "127.0.0.3"]] {
            let before = server.requests.count
            let run = try await Self.run(dead, others: ["[::1]"], port: server.port, users: 2)
            #expect(!run.requests.isEmpty && run.requests.allSatisfy { $0.status == 200 })
            #expect(run.requests.count { $0.flags.contains(.nextAddress) } == 2)
            #expect(server.requests.count - before == run.requests.count)
        }
    }

    /// Whoever drops packets gets half of the time there is.
    @Test func aSilentAddressDoesNotTakeAllTheTime() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let silent = try SilentAddress(port: server.port)
        defer { silent.close() }
        let run = try await Self.run(["127.0.0.2", "127.0.0.1"], port: server.port, users: 1, timeout: .seconds(3))
        let first = try #require(run.requests.first)
        #expect(first.status == 200 && first.flags.contains(.nextAddress))
        #expect((1_400_000..<2_800_000).contains(first.connectMicroseconds))
    }

    @Test func nobodyThereIsAFailureOfTheLastAddress() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        let port = server.port
        server.stop()
        let run = try await Self.run(["127.0.0.2", "127.0.0.3"], port: port, users: 1)
        let first = try #require(run.requests.first)
        #expect(first.status == 0 && first.flags.contains(.nextAddress))
        #expect(run.texts[first.errorText] == "dial: connection refused")
    }

    @Test func oneAddressHasNoNext() async throws {
        let server = try ScriptedServer { _ in [.completion] }
        defer { server.stop() }
        let run = try await Self.run(["127.0.0.1"], port: server.port, users: 2)
        #expect(run.requests.allSatisfy { $0.status == 200 && !$0.flags.contains(.nextAddress) })
    }
}

/// A listener on 127.0.0.2 whose queue is full and stays so: the kernel drops whoever else knocks.
private struct SilentAddress {
    private let sockets: [Int32]

    init(port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.2")
        address.sin_port = port.bigEndian
        func each(_ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ type: Int32) -> (socket: Int32, result: Int32) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | type, 0)
            let result = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            return (descriptor, result)
        }
        let listener = each(bind, 0)
        try #require(listener.result == 0 && listen(listener.socket, 0) == 0)
        sockets = [listener.socket] + (0..<4).map { _ in each(connect, Int32(SOCK_NONBLOCK.rawValue)).socket }
    }

    func close() { for descriptor in sockets { Glibc.close(descriptor) } }
}
