// Decimal numbers straight into a ByteBuffer; `String(describing:)` would allocate for every number of every answer
// and log line.

import NIOCore

extension ByteBuffer {
    /// Writes `value` in decimal.
    mutating func writeDecimal(_ value: UInt64) {
        // 20 digits hold any UInt64.
        writeWithUnsafeMutableBytes(minimumWritableBytes: 20) { bytes in
            let count = Self.digits(of: value)
            var rest = value
            var index = count
            repeat {
                index -= 1
                bytes[index] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
                rest /= 10
            } while index > 0
            return count
        }
    }

    mutating func writeDecimal(_ value: UInt64, then separator: UInt8) {
        writeDecimal(value)
        writeInteger(separator)
    }

    static func digits(of value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10 {
            count += 1
            rest /= 10
        }
        return count
    }
}
