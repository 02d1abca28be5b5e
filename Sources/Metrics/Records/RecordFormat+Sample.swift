// A sample of the generator as a frame. In version 1 it used the places of a request's members, whatever these are named;
// since version 2 it has a layout of its own.

import Generator

extension RecordFormat {
    static func encode(_ sample: GeneratorSample, into frame: UnsafeMutableRawPointer) {
        func put(_ value: some FixedWidthInteger, _ offset: Int) {
            frame.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value.littleEndian))
        }
        put(sample.time, 0)
        put(sample.cpuTime, 8)
        put(sample.residentBytes, 16)
        put(sample.loopDelay, 24)
        put(sample.beats, 32)
        put(sample.lateBeats, 36)
        put(sample.strayConnections, 40)
        put(sample.inFlight, 44)
        put(sample.virtualUsers, 48)
        put(sample.maxVirtualUsers, 52)
        put(sample.readDelay, 56)
        put(sample.runQueueWait, 64)
        put(sample.throttled, 72)
        put(sample.stolen, 80)
        put(sample.withoutDescriptors, 88)
        put(sampleKind, kindOffset)
        put(sample.arm, 94)
    }

    static func decodeSample(_ frame: UnsafeRawPointer, _ version: Version = version) -> GeneratorSample {
        func get<Value: FixedWidthInteger>(_ first: Int, _ second: Int) -> Value {
            Value(littleEndian: frame.loadUnaligned(fromByteOffset: version == .one ? first : second, as: Value.self))
        }
        /// What version 1 does not have; 0 in files of before it was kept.
        func since2<Value: FixedWidthInteger>(_ offset: Int) -> Value { version == .one ? 0 : get(offset, offset) }
        return GeneratorSample(
            time: get(32, 0), virtualUsers: get(60, 48), maxVirtualUsers: get(56, 52), inFlight: get(52, 44),
            cpuTime: get(0, 8), residentBytes: get(8, 16), loopDelay: get(16, 24), beats: get(40, 32),
            lateBeats: get(44, 36), strayConnections: get(48, 40), readDelay: since2(56), runQueueWait: since2(64),
            throttled: since2(72), stolen: since2(80), withoutDescriptors: since2(88), arm: since2(94))
    }
}
