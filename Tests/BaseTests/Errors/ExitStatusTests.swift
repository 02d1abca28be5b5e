// docs/ERRORS.md has the exit codes that there are, and no other.

import Base
import Foundation
import Testing

@Suite struct ExitStatusTests {
    @Test func everyCodeIsOnThePageAndNoOther() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/ERRORS.md")
        let section = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "## Exit codes")[1]
            .components(separatedBy: "\n## ")[0]
        let documented = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.compactMap { line in
            Int32(line.dropFirst(2).prefix { $0 != " " })
        }
        #expect(documented == ExitStatus.allCases.map(\.rawValue))
    }
}
