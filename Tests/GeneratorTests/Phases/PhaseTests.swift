// Every phase of an exchange against the server's own truth. The server stamps what it read and wrote on the clock that
// ours is too, so that these hold however busy the machine is: nothing can be read before it was written. Where a bound
// can only hold on a machine that goes on (the client has seen the first half of an answer before the server wrote its
// second), the pause is made longer and the exchange repeated.

import Foundation
import Base
import TestSupport
import Testing

@testable import Generator

struct PhaseTests {
    /// Bytes of the prompt; the document around it has 77 more.
    static let contents = [10, 5_000, 64_000, 66_000, 1 << 20, 8 << 20]
    static let matrix: [(PhaseTransport, Int)] = PhaseTransport.allCases.flatMap { transport in
        contents.map { (transport, $0) }
    }
    static var transports: [PhaseTransport] { NginxBefore.isInstalled ? PhaseTransport.allCases : [.http1] }

    @Test(arguments: matrix)
    func phasesAreTheServers(transport: PhaseTransport, content: Int) async throws {
        guard Self.transports.contains(transport) else { return }
        for pause in [200, 1000, 5000] {
            let seen = try await PhaseExchange.run(
                transport, content: content, pace: ServerPace(upload: 100, answer: pause, body: pause))
            Self.expectOrder(seen)
            Self.expectBytes(seen)
            // The answer's first half is not its second.
            if seen.firstByte < seen.server.lastWrite { return }
        }
        Issue.record("the first byte is as late as the last in three exchanges")
    }

    /// Reads are stamped after them, writes before them, by both sides.
    static func expectOrder(_ seen: PhaseExchange) {
        let (record, server) = (seen.record, seen.server)
        #expect(record.scheduled <= record.started && record.started <= record.sent)
        #expect(seen.sent <= server.firstRead)
        #expect(seen.written <= server.lastRead)
        #expect(server.firstWrite <= seen.firstByte)
        #expect(server.lastWrite <= seen.end)
        #expect(seen.firstByte - seen.written >= Int64(seen.pace.answer) * 1_000_000)
        if isBeyondTheKernel(seen) {
            #expect(seen.written >= server.resumed)
        }
        if seen.transport == .http1, seen.bodyLength < 6_000 { #expect(record.sending == 0) }
    }

    /// More than the buffers on the way hold, so that the last byte cannot be written before the server reads on. HTTP/2
    /// has a window of its own, 64 KiB.
    static func isBeyondTheKernel(_ seen: PhaseExchange) -> Bool {
        seen.bodyLength >= 8 << 20 || seen.bodyLength >= 1 << 20 && seen.transport != .tls
    }

    static func expectBytes(_ seen: PhaseExchange) {
        let record = seen.record
        switch (seen.transport, seen.noted) {
        case (.http1, _):
            #expect(record.bytesSent == UInt32(seen.server.bytesRead))
            #expect(record.bytesReceived == UInt32(seen.server.bytesWritten))
        case (.tls, let noted?):
            #expect(record.bytesSent == UInt32(noted.read))
            #expect(record.bytesReceived == UInt32(noted.sent))
        default:
            // Heads as HTTP/1.1 would write them.
            #expect((100..<400).contains(Int(record.bytesSent) - seen.bodyLength))
            #expect((168..<500).contains(record.bytesReceived))
        }
        #expect(seen.server.bodyRead == seen.bodyLength)
    }

    /// What the receiving end of a connection takes at most while nobody reads (sysctl tcp_rmem): 6 MB with most kernels, 33 with some.
    private static let receiveBuffer: Int = {
        let text = (try? String(contentsOfFile: "/proc/sys/net/ipv4/tcp_rmem", encoding: .utf8)) ?? ""
        return text.split { $0 == "\t" || $0 == "\n" }.last.flatMap { Int($0) } ?? 0
    }()

    @Test(arguments: [PhaseTransport.http1, .tls, .http2], [10, 66_000, 8 << 20])
    func aTimeoutWithoutAByteIsAPhaseOfTheRequest(transport: PhaseTransport, content: Int) async throws {
        guard Self.transports.contains(transport) else { return }
        var pace = ServerPace()
        pace.isSilent = true
        let timeout = Duration.seconds(content > 100_000 ? 4 : 2)
        let waiting = try await PhaseExchange.run(transport, content: content, pace: pace, timeout: timeout).record
        #expect(waiting.errorCode == 1050 && waiting.firstByte == -1 && waiting.sent >= 0)
        // A machine that needs 4 s for 8 MB has not sent it all.
        #expect(waiting.phase == .wait || content > 100_000 && waiting.phase == .send)
        #expect(waiting.phase != .wait || waiting.sending < waiting.end - waiting.sent)
        guard content >= 8 << 20, Self.receiveBuffer < content else { return }
        pace.reads = false
        let sending = try await PhaseExchange.run(transport, content: content, pace: pace, timeout: .seconds(2))
        #expect(sending.record.errorCode == 1050 && sending.record.firstByte == -1 && sending.record.phase == .send)
        // All but what the record rounds off.
        #expect(sending.end - sending.written <= (sending.end - sending.sent) / 2048 + 1000)
        #expect(Int(sending.record.bytesSent) < sending.bodyLength)
        #expect(Int(sending.record.bytesSent) > 100)
    }

    /// As for k6, whose first byte is that of the interim answer; ours is too.
    @Test func anInterimAnswerIsAnAnswer() async throws {
        for pause in [200, 1000, 5000] {
            var pace = ServerPace(answer: pause)
            pace.isInterim = true
            let seen = try await PhaseExchange.run(.http1, content: 10, pace: pace)
            #expect(seen.record.status == 200 && seen.record.flags.contains(.hasChoices))
            #expect(seen.server.firstWrite <= seen.firstByte && seen.server.lastWrite <= seen.end)
            if seen.firstByte < seen.server.lastWrite { return }
        }
        Issue.record("the interim answer was not seen in three exchanges")
    }

    @Test(
        arguments: [
            (0, 0), (999, 0), (1_000, 1_000), (4_095_999, 4_095_000), (4_096_000, 4_096_000), (4_097_000, 4_096_000),
            (60_000_000_000, 59_998_208_000), (-5, 0),
        ] as [(Int64, Int64)])
    func aShortDurationIsRoundedDown(nanoseconds: Int64, kept: Int64) {
        #expect(ShortDuration(nanoseconds: nanoseconds).nanoseconds == kept)
    }

    @Test func aShortDurationIsWithinOneIn2048() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let value = Int64.random(in: 0...(Int64(1) << Int.random(in: 1...51, using: &random)), using: &random)
            let kept = ShortDuration(nanoseconds: value).nanoseconds
            #expect(kept <= value && value - kept <= value / 2048 + 999)
        }
    }
}
