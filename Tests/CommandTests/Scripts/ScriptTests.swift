// The scripts that say which build this is and put our programs and what belongs beside them in their place, each in a tree
// of its own: nothing here is built or installed.

import Foundation
import Testing

struct ScriptTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let scripts = Repository.file("scripts").path
        try FileManager.default.createDirectory(atPath: scratch.file("tree/scripts"), withIntermediateDirectories: true)
        for name in ["build-facts", "install", "share"] {
            try FileManager.default.copyItem(atPath: "\(scripts)/\(name)", toPath: scratch.file("tree/scripts/\(name)"))
        }
    }

    @discardableResult
    private func run(
        _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, text: String) {
        let base = ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "GIT_CONFIG_NOSYSTEM": "1"]
        let run = try await Program.run(program, arguments, in: scratch, environment: base.merging(environment) { $1 })
        return (run.code, run.output + run.errors)
    }

    // MARK: build-facts

    /// The two facts as they are written.
    private func facts(_ environment: [String: String] = [:], archived: String = "$Format:%H$") async throws -> [String] {
        try scratch.write("tree/scripts/archived-commit", archived + "\n")
        let file = scratch.file("facts.swift")
        let run = try await run(scratch.file("tree/scripts/build-facts"), [file], environment)
        #expect(run.code == 0, "\(run.text)")
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter { $0.contains("{ ") }
            .map { String($0.split(separator: "{ ")[1].dropLast(2)) }
    }

    @Test func theBuildIsWhatTheEnvironmentOrTheArchiveSays() async throws {
        #expect(try await facts() == ["nil", "false"])
        #expect(try await facts(archived: "0123abcd") == ["\"0123abcd\"", "false"])
        #expect(try await facts(["SML_BUILD_COMMIT": "beef"], archived: "0123abcd") == ["\"beef\"", "false"])
        #expect(try await facts(["SML_BUILD_COMMIT": "beef.dirty"]) == ["\"beef\"", "true"])
        // Not into Swift's text.
        #expect(try await facts(["SML_BUILD_COMMIT": "\"; evil"]) == ["nil", "false"])
    }

    @Test func theBuildIsWhatGitSays() async throws {
        let tree = scratch.file("tree")
        try scratch.write("tree/Package.swift", "// one\n")
        try scratch.write("tree/scripts/archived-commit", "$Format:%H$\n")
        for arguments in [["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]] {
            #expect(try await run("/usr/bin/git", ["-C", tree] + arguments).code == 0)
        }
        let commit = try await run("/usr/bin/git", ["-C", tree, "rev-parse", "HEAD"]).text.trimmingCharacters(in: .newlines)
        #expect(try await facts() == ["\"\(commit)\"", "false"])
        let file = scratch.file("facts.swift")
        let inode = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int
        #expect(try await facts() == ["\"\(commit)\"", "false"])
        // The same file, so that nothing is compiled again; and none that was half written.
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int == inode)
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
        try scratch.write("tree/notes.md", "not built\n")
        #expect(try await facts()[1] == "false")
        try scratch.write("tree/Package.swift", "// two\n")
        #expect(try await facts() == ["\"\(commit)\"", "true"])
    }

    // MARK: install

    @Test func installsAndTakesAwayWhatItInstalled() async throws {
        for name in ["sml", "sml-loadgen", "sml-endpoint"] {
            try FileManager.default.createDirectory(atPath: scratch.file("bin"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "/usr/bin/true", toPath: scratch.file("bin/\(name)"))
        }
        try scratch.write("beside/man/man1/sml.1", "page")
        try scratch.write("beside/with space/x", "y")
        let (script, prefix) = (scratch.file("tree/scripts/install"), scratch.file("root/opt"))
        let environment = ["DESTDIR": scratch.file("root")]
        let installed = try await run(script, [scratch.file("bin"), scratch.file("beside"), "/opt"], environment)
        #expect(installed.code == 0 && installed.text.hasPrefix("\(prefix): 5 files, "), "\(installed.text)")
        let list = try String(contentsOfFile: prefix + "/share/sml-loadtest/installed", encoding: .utf8).split(separator: "\n")
        #expect(list == ["bin/sml", "bin/sml-loadgen", "bin/sml-endpoint", "share/man/man1/sml.1", "share/with space/x"])
        for (file, mode) in [("bin/sml", 0o755), ("share/man/man1/sml.1", 0o644)] {
            #expect(try FileManager.default.attributesOfItem(atPath: "\(prefix)/\(file)")[.posixPermissions] as? Int == mode)
        }
        try scratch.write("root/opt/bin/other", "not ours")
        #expect(try await run(script, ["--uninstall", "/opt"], environment).code == 0)
        let left = try FileManager.default.subpathsOfDirectory(atPath: prefix).filter { !$0.hasSuffix("/") }
            .filter { (try? FileManager.default.attributesOfItem(atPath: "\(prefix)/\($0)")[.type] as? FileAttributeType) == .typeRegular }
        #expect(left == ["bin/other"])
        let again = try await run(script, ["--uninstall", "/opt"], environment)
        #expect(again.code == 1 && again.text.contains("nothing of ours was installed there"))
    }

    // MARK: share

    @Test func asksEachProgramForWhatBelongsBesideIt() async throws {
        for name in ["sml", "sml-loadgen", "sml-endpoint"] {
            try scratch.write("bin/\(name)", "#!/bin/sh\necho \"\(name) $*\"\n", mode: 0o755)
        }
        // The generator's place is found, wherever the build has put it; it makes a page for `help` too.
        try scratch.write(
            "tree/.build/x/debug/generate-manual-tool",
            "#!/bin/sh\nname=$(basename \"$1\")\nfor last; do :; done\necho \"$4\" >\"$last/$name.1\"\necho >\"$last/$name.help.1\"\n",
            mode: 0o755)
        let share = scratch.file("made")
        try scratch.write("made/old", "gone")
        let made = try await run(
            scratch.file("tree/scripts/share"), [scratch.file("bin"), share], ["SWIFT": "/usr/bin/true", "SOURCE_DATE_EPOCH": "86400"])
        #expect(made.code == 0, "\(made.text)")
        for name in ["sml", "sml-loadgen", "sml-endpoint"] {
            for (shell, place) in [
                ("bash", "bash-completion/completions/\(name)"), ("zsh", "zsh/site-functions/_\(name)"),
                ("fish", "fish/vendor_completions.d/\(name).fish"),
            ] {
                let text = try String(contentsOfFile: "\(share)/\(place)", encoding: .utf8)
                #expect(text == "\(name) --generate-completion-script \(shell)\n")
            }
            #expect(try String(contentsOfFile: "\(share)/man/man1/\(name).1", encoding: .utf8) == "1970-01-02\n")
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: share)
        #expect(!files.contains { $0.hasSuffix(".help.1") || $0 == "old" })
        // A program that cannot say it leaves no half of it unnoticed.
        try scratch.write("bin/sml-endpoint", "#!/bin/sh\nexit 3\n", mode: 0o755)
        #expect(try await run(scratch.file("tree/scripts/share"), [scratch.file("bin"), share], ["SWIFT": "/usr/bin/true"]).code == 3)
    }
}
