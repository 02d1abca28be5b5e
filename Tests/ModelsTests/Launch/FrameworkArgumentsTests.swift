import Foundation
import Submit
import TestSupport
import Testing

@testable import Models

@Suite struct FrameworkArgumentsTests {
    /// A real shell is the judge.
    @Test(arguments: [
        "--a 1 --b=2", "  --a\t1 \n", "'a b' c", #""a b"c'd e'"#, #"a\ b \\ \' "\"" '\'"#, #"--json '{"a": ["b c"], "d": null}'"#,
        "'' \"\" x", "--a \\\n    --b", "\"--a \\\n --b\"", #""\x\$HOME\`""#, "ü '→ \u{1F600}'", "a'b'\"c\"d",
    ])
    func wordsAreAShells(_ text: String) throws {
        let scratch = try ScratchDirectory()
        let shell = try scratch.run(["bash", "-c", "printf '%s\\0' \(text)"]).output
        let expected = shell.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        #expect(try FrameworkArguments(text, option: "--x").words == expected)
    }

    /// What a shell would expand stays as it is.
    @Test func nothingIsExpanded() throws {
        let words = try FrameworkArguments("$HOME `id` $(id) * ~ {a,b} a;b c|d #e", option: "--x").words
        #expect(words == ["$HOME", "`id`", "$(id)", "*", "~", "{a,b}", "a;b", "c|d", "#e"])
    }

    @Test(arguments: ["", " ", "\n\t "]) func nothingIsNoWord(_ text: String) throws {
        #expect(try FrameworkArguments(text, option: "--x").words.isEmpty)
    }

    @Test func whatIsNotClosedIsRefused() {
        #expect(
            refusal { try FrameworkArguments("--a 'b", option: "--framework-args") }
                == #"--framework-args: "--a 'b": a single quote is not closed"#)
        #expect(refusal { try FrameworkArguments("\"", option: "--x") } == #"--x: "\"": a double quote is not closed"#)
        #expect(refusal { try FrameworkArguments("a\\", option: "--x") } == #"--x: "a\\": ends with a backslash"#)
    }

    @Test func optionsAreTakenOut() throws {
        var arguments = FrameworkArguments(words: ["--port", "1", "--a", "b", "--port=2", "--portable"])
        #expect(try arguments.take(["--port"], option: "--x") == "2")
        #expect(arguments.words == ["--a", "b", "--portable"])
        #expect(try arguments.take(["--host"], option: "--x") == nil)
        var missing = FrameworkArguments(words: ["--port", "--a"])
        #expect(refusal { try missing.take(["--port"], option: "--framework-args") } == "--framework-args: --port: a value is missing")
    }

    @Test func textIsReadBack() throws {
        let words = ["a b", "it's", "", "$x", "--json={\"a\": 1}", "\\", "\n"]
        #expect(try FrameworkArguments(FrameworkArguments(words: words).text, option: "--x").words == words)
    }
}
