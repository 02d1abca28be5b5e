// Where programs are looked up: on PATH, and never in the directory the command happens to be called in.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct ExternalProgramTests {
    @Test func relativeDirectoriesOfThePathAreNotLookedInto() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("planted/sml-tool", "#!/bin/sh\n", mode: 0o755)
        let own = FileManager.default.currentDirectoryPath
        let up = own.split(separator: "/").map { _ in ".." }.joined(separator: "/")
        // The same directory, named from here and from the root.
        let relative = up + scratch.file("planted")
        #expect(FileManager.default.isExecutableFile(atPath: relative + "/sml-tool"))
        #expect(ExternalProgram.find("sml-tool", environment: ["PATH": ":.:\(relative)"]) == nil)
        #expect(
            ExternalProgram.find("sml-tool", environment: ["PATH": ".:\(relative):\(scratch.file("planted"))"])
                == scratch.file("planted/sml-tool"))
        #expect(ExternalProgram.find("sml-tool", environment: [:]) == nil)
    }
}
