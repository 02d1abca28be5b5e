// The layout of the records file: a header that describes the run, then frames of one size. It and the samples' own layout
// (RecordFormat+Sample.swift) are the places where offsets are written down in code; docs/RECORDS.md is the same table for
// people. Explicit stores instead of a copy of the struct: padding never reaches the disk, and the file does not depend on
// how Swift lays out a struct. Version 2 is version 1 with 32 bytes more behind it and a layout of its own for samples,
// so that one decoder reads both.

import Generator

/// Constants and the codec of one frame. All integers are little-endian.
enum RecordFormat {
    /// "SML records", with bytes that a text-mode transfer would destroy.
    static let magic: [UInt8] = [0x89, 0x53, 0x4D, 0x4C, 0x52, 0x0D, 0x0A, 0x1A]
    /// What is written; ``Version`` is what can be read.
    static let version = Version.two
    static let frameSize = version.frameSize
    static let byteOrderMark: UInt32 = 0x0102_0304
    /// magic 8, version 2, frame size 2, byte-order mark 4, length of the JSON document 4, reserved 4.
    static let headerSize = 24
    /// Refuses a header whose document is longer: a run's description is a few kB.
    static let maximumDocument = 16 << 20

    /// Refuses a text or an outcome that is longer: a URL has some kB.
    static let maximumText = 1 << 20

    /// The versions there are, and how long a frame of each is.
    enum Version: UInt16, CaseIterable {
        case one = 1, two

        var frameSize: Int {
            switch self {
            case .one: 104
            case .two: 136
            }
        }
    }

    /// Frame kinds beyond ``RecordKind``; they share its place in the frame.
    static let sampleKind: UInt8 = 4
    static let countsKind: UInt8 = 5
    static let textKind: UInt8 = 250
    static let outcomeKind: UInt8 = 251

    static let kindOffset = 92
    /// Text and outcome frames: up to 88 bytes of UTF-8, then index, length of the piece, whether it is the last.
    static let pieceSize = 88
    static let pieceIndexOffset = 88
    static let pieceLengthOffset = 90
    static let pieceLastOffset = 91

    static func encode(_ record: RunRecord, into frame: UnsafeMutableRawPointer) {
        func put(_ value: some FixedWidthInteger, _ offset: Int) {
            frame.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value.littleEndian))
        }
        put(record.scheduled, 0)
        put(record.started, 8)
        put(record.sent, 16)
        put(record.firstByte, 24)
        put(record.end, 32)
        put(record.lookupMicroseconds, 40)
        put(record.connectMicroseconds, 44)
        put(record.tlsMicroseconds, 48)
        put(record.iteration, 52)
        put(record.prompt, 56)
        put(record.virtualUser, 60)
        put(record.promptTokens, 64)
        put(record.completionTokens, 68)
        put(record.bytesSent, 72)
        put(record.bytesReceived, 76)
        put(record.label, 80)
        put(record.status, 82)
        put(record.errorCode, 84)
        put(record.errorText, 86)
        put(record.url, 88)
        put(record.flags.rawValue, 90)
        put(record.kindRaw, kindOffset)
        put(record.hop, 93)
        put(record.httpVersion, 94)
        put(record.tlsVersion, 95)
        put(record.finishReasonRaw, 96)
        put(record.phaseRaw, 97)
        put(record.shard, 98)
        put(record.resends, 99)
        put(record.retryAfterSeconds, 100)
        put(record.sendingCode.code, 102)
        put(record.firstToken, 104)
        put(record.lastToken, 112)
        put(record.cachedTokens, 120)
        put(record.reasoningTokens, 124)
        put(record.finishText, 128)
        put(record.arm, 130)
        put(record.turn, 132)
        put(record.words, 134)
    }

    static func decode(_ frame: UnsafeRawPointer, _ version: Version = version) -> RunRecord {
        func get<Value: FixedWidthInteger>(_ offset: Int) -> Value {
            Value(littleEndian: frame.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        var record = RunRecord()
        record.scheduled = get(0)
        record.started = get(8)
        record.sent = get(16)
        record.firstByte = get(24)
        record.end = get(32)
        record.lookupMicroseconds = get(40)
        record.connectMicroseconds = get(44)
        record.tlsMicroseconds = get(48)
        record.iteration = get(52)
        record.prompt = get(56)
        record.virtualUser = get(60)
        record.promptTokens = get(64)
        record.completionTokens = get(68)
        record.bytesSent = get(72)
        record.bytesReceived = get(76)
        record.label = get(80)
        record.status = get(82)
        record.errorCode = get(84)
        record.errorText = get(86)
        record.url = get(88)
        record.flags = RecordFlags(rawValue: get(90))
        record.kindRaw = get(kindOffset)
        record.hop = get(93)
        record.httpVersion = get(94)
        record.tlsVersion = get(95)
        record.finishReasonRaw = get(96)
        record.phaseRaw = get(97)
        record.shard = get(98)
        record.resends = get(99)
        record.retryAfterSeconds = get(100)
        record.sendingCode = ShortDuration(code: get(102))
        guard version != .one else { return record }
        record.firstToken = get(104)
        record.lastToken = get(112)
        record.cachedTokens = get(120)
        record.reasoningTokens = get(124)
        record.finishText = get(128)
        record.arm = get(130)
        record.turn = get(132)
        record.words = get(134)
        return record
    }

    /// The frames that carry `bytes`: at least one, so that an empty text exists too.
    static func pieces(of bytes: [UInt8], kind: UInt8, index: UInt16) -> [UInt8] {
        var out: [UInt8] = []
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(pieceSize)
            rest = rest.dropFirst(pieceSize)
            var frame = [UInt8](repeating: 0, count: frameSize)
            frame.replaceSubrange(0..<piece.count, with: piece)
            frame[pieceIndexOffset] = UInt8(truncatingIfNeeded: index)
            frame[pieceIndexOffset + 1] = UInt8(truncatingIfNeeded: index >> 8)
            frame[pieceLengthOffset] = UInt8(piece.count)
            frame[pieceLastOffset] = rest.isEmpty ? 1 : 0
            frame[kindOffset] = kind
            out += frame
        } while !rest.isEmpty
        return out
    }
}
