// What the fuzzer started from and what it found, once each: a parser that traps takes the test run with it.

import Foundation
import Testing

@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    @Test(arguments: FuzzTarget.allCases)
    func everyInputIsSurvived(target: FuzzTarget) throws {
        let directory = Self.folder.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        #expect(files.count >= 2)
        for file in files {
            let data = try Data(contentsOf: file)
            data.withUnsafeBytes { target.run($0) }
            // Cut short and with a bit turned: the neighbours of what is known.
            for cut in stride(from: 0, to: data.count, by: max(1, data.count / 16)) {
                Data(data.prefix(cut)).withUnsafeBytes { target.run($0) }
                var turned = data
                turned[cut] ^= 1 << (cut % 8)
                turned.withUnsafeBytes { target.run($0) }
            }
        }
    }
}
