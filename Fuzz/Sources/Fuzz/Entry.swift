// libFuzzer's entry. One program for all parsers; SML_FUZZ_TARGET says which.

import Foundation

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["SML_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("SML_FUZZ_TARGET: '\(name)' is not one of \(names)\n".utf8))
        exit(64)
    }
    return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
