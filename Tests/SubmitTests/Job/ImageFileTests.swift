// What is taken for a container image on a login node.

import Foundation
import TestSupport
import Testing

@testable import Submit

@Suite struct ImageFileTests {
    private let scratch: ScratchDirectory
    private let launcher: SlurmLauncher

    init() throws {
        scratch = try ScratchDirectory()
        launcher = SlurmLauncher(environment: ["HOME": scratch.path])
    }

    private func refusal(_ name: String) async throws -> String? {
        do {
            try await ImageFile.check(scratch.file(name), option: "--image", at: launcher)
            return nil
        } catch SubmitError.usage(let text) {
            return text
        }
    }

    @Test func onlySquashfsIsOne() async throws {
        try scratch.write("image", "hsqs and so on")
        try scratch.write("text", "FROM scratch\n")
        try scratch.write("short", "hs")
        try scratch.write("empty", "")
        try scratch.write("directory/x", "")
        #expect(try await refusal("image") == nil)
        for name in ["text", "short", "empty"] {
            #expect(try await refusal(name)?.hasPrefix("--image: is no container image; expected a squashfs file") == true)
        }
        #expect(try await refusal("directory")?.hasPrefix("--image: cannot be read as an image: \(scratch.file("directory")): ") == true)
        #expect(try await refusal("none") == "--image: does not exist on the cluster")
    }

    /// From afar its being there is all that is known.
    @Test func anImageThatIsNotLookedIntoPasses() async throws {
        let far = ScriptedLauncher(.init(files: ["/i.sqsh": [1]]))
        try await ImageFile.check("/i.sqsh", option: "o", at: far)
        await #expect(throws: SubmitError.usage("o: does not exist on the cluster")) {
            try await ImageFile.check("/none.sqsh", option: "o", at: far)
        }
    }
}
