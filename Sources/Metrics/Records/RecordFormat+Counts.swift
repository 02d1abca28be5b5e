// Counts of streams as frames: one measure and one label each, with as many buckets as fit around the place of the kind. A measure
// that this version does not know is passed over, as a frame of an unknown kind is.

import Generator

extension RecordFormat {
    /// Buckets in a frame: eleven before the members in its middle, four behind them.
    static let countsInFrame = 15
    private static let labelOffset = 88
    private static let measureOffset = 90
    private static let lengthOffset = 91
    private static let armOffset = 94

    private static func countOffset(_ index: Int) -> Int { index * 8 + (index < 11 ? 0 : 16) }

    /// Writes the first of `counts` that have measure and label in common.
    ///
    /// - Returns: how many these are, at least one of those there are.
    static func encode(_ counts: ArraySlice<StreamCount>, into frame: UnsafeMutableRawPointer) -> Int {
        guard let first = counts.first else { return 0 }
        func put(_ value: some FixedWidthInteger, _ offset: Int) {
            frame.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value.littleEndian))
        }
        var length = 0
        for count in counts.prefix(countsInFrame) {
            guard count.measure == first.measure, count.label == first.label, count.arm == first.arm else { break }
            put(count.bucket, countOffset(length))
            put(count.count, countOffset(length) + 4)
            length += 1
        }
        put(first.label, labelOffset)
        put(first.measure.rawValue, measureOffset)
        put(UInt8(length), lengthOffset)
        put(countsKind, kindOffset)
        put(first.arm, armOffset)
        return length
    }

    /// Nil for a frame that says to hold more than fits.
    static func decodeCounts(_ frame: UnsafeRawPointer) -> [StreamCount]? {
        func get<Value: FixedWidthInteger>(_ offset: Int) -> Value {
            Value(littleEndian: frame.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        let length: UInt8 = get(lengthOffset)
        guard length <= countsInFrame else { return nil }
        guard let measure = StreamMeasure(rawValue: get(measureOffset)) else { return [] }
        return (0..<Int(length)).map {
            StreamCount(
                measure: measure, label: get(labelOffset), arm: get(armOffset), bucket: get(countOffset($0)),
                count: get(countOffset($0) + 4))
        }
    }
}
