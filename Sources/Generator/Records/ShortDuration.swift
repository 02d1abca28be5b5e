// A duration in the two bytes that a record has left: a floating-point number of microseconds. Larger records would cost
// every run memory, disk and the files of earlier ones.

/// Microseconds, rounded down: exact below 4,096, then to 1/2,048 (0.05 %, as the percentiles are); 0 to 50 days.
package struct ShortDuration: Sendable, Equatable {
    /// Exponent above 11 bits of mantissa, whose highest bit is left out from exponent 1 on.
    package let code: UInt16

    package init(code: UInt16 = 0) { self.code = code }

    package init(nanoseconds: Int64) {
        let microseconds = UInt64(max(0, nanoseconds)) / 1000
        let exponent = max(0, UInt64.bitWidth - microseconds.leadingZeroBitCount - 11)
        code =
            switch exponent {
            case 0: UInt16(microseconds)
            case 1..<32: UInt16(exponent) << 11 | UInt16(microseconds >> UInt64(exponent - 1) & 0x7FF)
            default: .max
            }
    }

    package var nanoseconds: Int64 {
        let exponent = code >> 11, mantissa = Int64(code & 0x7FF)
        return (exponent == 0 ? mantissa : (mantissa | 0x800) << (exponent - 1)) * 1000
    }
}
