// A growing log through a server that answers in characters: offsets are the file's own bytes, whatever is in it.

import Foundation
import Testing

@testable import Submit

@Suite(.timeLimit(.minutes(15))) struct FirecRESTTextTests {
    private static let log = "/users/hpcuser/.sml/logs/100/loadtest.out"

    /// Reads `content` as it grows, cut after `count` bytes more each time, as `ClusterRun` does: whole lines only.
    private func lines(_ content: [UInt8], step: Int, of cluster: FakeCluster) async throws -> [UInt8] {
        let opened = try await cluster.open()
        var seen: [UInt8] = []
        for end in Array(stride(from: 0, to: content.count, by: step)) + [content.count] {
            try cluster.write(Self.log, Data(content.prefix(end)))
            let bytes = try #require(try await opened.bytes(Self.log, from: seen.count, limit: 1 << 10))
            if let last = bytes.lastIndex(of: 0x0A) { seen += bytes[...last] }
        }
        while let bytes = try await opened.bytes(Self.log, from: seen.count, limit: 1 << 10), let last = bytes.lastIndex(of: 0x0A) {
            seen += bytes[...last]
        }
        #expect(cluster.fake.violations == [])
        return seen
    }

    @Test(arguments: [1, 2, 3, 5, 64]) func charactersOfSeveralBytesKeepTheirPlace(step: Int) async throws {
        let content = Array("eins ü zwei €\n🦀🦀 drei\n日本語\n\nvier\nno end of line ü".utf8)
        let cluster = try FakeCluster()
        #expect(try await lines(content, step: step, of: cluster) == content.prefix { $0 != UInt8(ascii: "v") } + Array("vier\n".utf8))
        #expect(cluster.fake.calls.dropFirst(3).allSatisfy { $0.hasSuffix("/tail") })
    }

    @Test(arguments: [1, 4, 64]) func whatIsNotUTF8KeepsItsPlaceToo(step: Int) async throws {
        let content = Array("a\n".utf8) + [0xFF, 0x62, 0xE2, 0x82, 0x0A] + Array("ü \u{FFFD}\nend\n".utf8)
        let cluster = try FakeCluster()
        #expect(try await lines(content, step: step, of: cluster) == content)
    }

    @Test func aLogLargerThanTheServersBufferIsReadInBlocks() async throws {
        let cluster = try FakeCluster {
            $0.bufferLimit = 4096
            $0.operationLimit = 1024
        }
        let content = Array((0..<1000).map { "line \($0)\n" }.joined().utf8)
        #expect(try await lines(content, step: content.count, of: cluster) == content)
        #expect(cluster.fake.calls.contains { $0.contains("view") })
    }

    @Test func theEndIsGivenWithoutAnOffset() async throws {
        let cluster = try FakeCluster()
        let opened = try await cluster.open()
        #expect(try await opened.bytes(Self.log, from: 0, limit: 10) == nil)
        #expect(try await opened.bytes(Self.log, from: nil, limit: 10) == nil)
        try cluster.write(Self.log, Data("first\nsecond\n".utf8))
        #expect(try await opened.bytes(Self.log, from: nil, limit: 7) == Array("second\n".utf8))
        #expect(try await opened.bytes(Self.log, from: 6, limit: 3) == Array("sec".utf8))
        #expect(try await opened.bytes(Self.log, from: 13, limit: 3) == [])
        #expect(try await opened.bytes(Self.log, from: 20, limit: 3) == [])
    }
}
