// Whose scenario files are taken: the user's and root's. What replaces a built-in one is named each time.

import Foundation
import TestSupport
import Testing

@testable import ScenarioFiles
@testable import Base
@testable import Scenarios

@Suite struct FileTrustTests {
    private let place: Place
    private let catalog: ScenarioCatalog
    private static let text = "executor: constant-vus\nvus: 3\nduration: 5s\n"

    init() throws {
        place = try Place()
        catalog = ScenarioCatalog(customDirectory: place.directory)
    }

    private func refusal(_ name: String) -> String {
        let error = #expect(throws: ConfigurationError.self) { try catalog.resolve(name) }
        #expect(error?.exitCode == 104)
        return error?.description ?? ""
    }

    @Test func aFileThatReplacesABuiltInOneIsNamedWithIt() throws {
        let path = try place.file("ramp.yaml", Self.text)
        #expect(try catalog.resolve("ramp").warnings == ["\(path): replaces the built-in scenario ramp"])
        try place.file("mine.yaml", Self.text)
        #expect(try catalog.resolve("mine").warnings.isEmpty)
    }

    /// A project's directory with umask 002.
    @Test func aGroupMayWrite() throws {
        try place.file("mine.yaml", Self.text, mode: 0o664)
        #expect(chmod(place.directory, 0o2775) == 0)
        #expect(try catalog.resolve("mine").warnings.isEmpty)
    }

    @Test(arguments: ["mine", "ramp"]) func everybodyMayNot(_ name: String) throws {
        let path = try place.file("\(name).yaml", Self.text, mode: 0o666)
        #expect(
            refusal(name) == "\(path): can be written to by everybody, so scenario \(name) may be somebody else's; "
                + "run 'chmod o-w \(path)' when you have looked at it")
        #expect(chmod(path, 0o644) == 0 && chmod(place.directory, 0o777) == 0)
        #expect(refusal(name).hasPrefix("\(place.directory): can be written to by everybody"))
        // There, others' files have their own owner.
        #expect(chmod(place.directory, 0o1777) == 0)
        #expect(try catalog.resolve(name).value["vus"] == .number("3"))
    }

    @Test(.enabled(if: geteuid() == 0)) func aStrangersFileReplacesNoBuiltInOne() throws {
        let path = try place.file("ramp.yaml", Self.text)
        #expect(chown(path, 4321, 4321) == 0)
        #expect(
            refusal("ramp") == "\(path): belongs to user 4321, and would replace the built-in scenario ramp; "
                + "copy it under another name to use it, or call the command elsewhere")
        #expect(chown(path, 0, 0) == 0 && chown(place.directory, 4321, 4321) == 0)
        #expect(refusal("ramp").hasPrefix("\(place.directory): belongs to user 4321"))
        // Root's files are anybody's.
        #expect(chown(place.directory, 0, 0) == 0)
        let roots = try Other.user(4322) { try catalog.resolve("ramp") }
        #expect(roots.warnings == ["\(path): replaces the built-in scenario ramp"])
    }

    @Test(.enabled(if: geteuid() == 0)) func aColleaguesOwnScenarioIsUsedAndSaidToBeTheirs() throws {
        let path = try place.file("mine.yaml", Self.text)
        #expect(chown(path, 4321, 4321) == 0 && chown(place.directory, 4321, 4321) == 0)
        #expect(try catalog.resolve("mine").warnings == ["\(path): belongs to user 4321"])
    }

    @Test func whatIsFoundInTheConfigurationDirectoryIsNobodyElses() throws {
        let path = try place.file("config.yml", "", mode: 0o660)
        try FileTrust.require(path)
        #expect(chmod(path, 0o602) == 0)
        let error = #expect(throws: ConfigurationError.self) { try FileTrust.require(path) }
        #expect(error?.description == "\(path): can be written to by everybody; run 'chmod o-w \(path)' when you have looked at it")
        try FileTrust.require(place.path("none"))
    }
}
