import Foundation
import Submit
import TestSupport
import Testing

@testable import Models

@Suite struct EnvironmentFileTests {
    @Test func everyKeyIsRead() throws {
        let file = try EnvironmentFile(
            text: """
                # a comment
                base_environment = ["base", "/x/y.toml"]
                image = "/images/sglang-{arch}.sqsh"
                mounts = ["/capstor", "/a:/b", "${SCRATCH}:/scratch:ro"]
                workdir = "/opt"
                writable = true
                entrypoint = false
                [env]
                A = "1 'two'"
                EMPTY = ""
                [annotations]
                com.hooks.cxi.enabled = "true"
                com.hooks."a.b" = "x"
                """, name: "e.toml")
        #expect(file.baseEnvironments == ["base", "/x/y.toml"])
        #expect(file.image == "/images/sglang-{arch}.sqsh")
        #expect(file.imageFiles == ["/images/sglang-arm64.sqsh", "/images/sglang-amd64.sqsh"])
        #expect(file.mounts == ["/capstor", "/a:/b", "${SCRATCH}:/scratch:ro"])
        #expect(file.workdir == "/opt" && file.isWritable == true && file.runsEntrypoint == false)
        #expect(file.variables == ["A": "1 'two'", "EMPTY": ""])
        #expect(file.annotations == ["com.hooks.cxi.enabled": "true", "com.hooks.a.b": "x"])
    }

    @Test func bracketsInTextsAndNestedListsAreFine() throws {
        let file = try EnvironmentFile(
            text: "image = \"a}\\\"]\" # ]}\nmounts = [\n  '/[', \"/{\",\n]\n[ env ]\nA = '''\n[ = }\n'''\n", name: "e.toml")
        #expect(file.mounts == ["/[", "/{"])
    }

    @Test(arguments: [
        (
            "image = \"a\"\nimages = 1",
            "e.toml: images: is unknown; known are image, mounts, workdir, writable, entrypoint, env, annotations, base_environment"
        ),
        ("workdir = \"/x\"", "e.toml: image: is missing; expected a file or a reference to a registry"),
        ("", "e.toml: image: is missing; expected a file or a reference to a registry"),
        ("image = 1", "e.toml: image: 1 is not accepted; expected text on one line, in quotes"),
        ("image = \"\"", "e.toml: image: \"\" is not accepted; expected text on one line, in quotes"),
        ("image = \"a\"\nmounts = \"/a\"", "e.toml: mounts: \"/a\" is not accepted; expected a list of texts"),
        (
            "image = \"a\"\nmounts = [\"a:/b\"]",
            "e.toml: mounts: \"a:/b\" is not accepted; expected \"/source\", \"/source:/target\" or \"/source:/target:flags\", without commas"
        ),
        ("image = \"a\"\nwritable = \"yes\"", "e.toml: writable: \"yes\" is not accepted; expected true or false"),
        ("image = \"a\"\nworkdir = \"opt\"", "e.toml: workdir: \"opt\" is not accepted; expected an absolute path"),
        ("image = \"a\"\n[env]\nA = 1", "e.toml: env.A: 1 is not accepted; expected text in quotes"),
        ("image = \"a\"\n[env]\n\"A B\" = \"1\"", "e.toml: env.A B: is no name of a variable; expected letters, digits and _"),
        ("image = \"a\"\nenv = []", "e.toml: env: [] is not accepted; expected a table"),
        ("image = \"a\"\n[annotations]\nx.y = true", "e.toml: annotations.x.y: true is not accepted; expected text on one line, in quotes"),
        (
            "image = ",
            "e.toml: not valid TOML: line 1, column 9: a missing value is not accepted; expected text in quotes, true or false, a list or a table"
        ),
        ("image = \"a\"\nimage = \"b\"", "e.toml: not valid TOML: line 2, column 1: image stands twice"),
        ("image = \"a\"\n\u{0}", "e.toml: not valid TOML: line 2, column 1: expected a key: letters, digits, - and _, or in quotes"),
    ])
    func whatIsWrongIsNamed(_ text: String, _ reason: String) {
        #expect(refusal { try EnvironmentFile(text: text, name: "e.toml") } == reason)
    }

    /// Registries, variables and base environments are for the node.
    @Test(arguments: ["image = \"ubuntu:24.04\"", "image = \"${SCRATCH}/x.sqsh\"", "image = \"/x/$USER.sqsh\"", "base_environment = \"x\""])
    func someImagesCannotBeLookedFor(_ text: String) throws {
        #expect(try EnvironmentFile(text: text, name: "e.toml").imageFiles.isEmpty)
    }

    @Test func packagedOnesAreGood() throws {
        let none = ["SML_CONFIG_DIR": "/nonexistent"]
        #expect(EnvironmentFile.names(environment: none) == ["sglang", "vllm"])
        for name in EnvironmentFile.names(environment: none) {
            let file = try EnvironmentFile.find(name, option: "--environment", environment: none)
            #expect(file.imageFiles.count == 2)
            #expect(file.annotations["com.hooks.cxi.enabled"] == "true")
        }
    }

    @Test func onesOwnWinsAndPathsArePaths() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("environments/vllm.toml", "image = \"/own.sqsh\"")
        try scratch.write("environments/mine.toml", "image = \"/mine.sqsh\"")
        let variables = ["SML_CONFIG_DIR": scratch.path]
        #expect(try EnvironmentFile.find("vllm", option: "--x", environment: variables).image == "/own.sqsh")
        #expect(try EnvironmentFile.find("mine", option: "--x", environment: variables).image == "/mine.sqsh")
        #expect(try EnvironmentFile.find(path, option: "--x", environment: [:]).name == path)
        #expect(
            refusal { try EnvironmentFile.find("sglangg", option: "--environment", environment: variables) }
                == "--environment: \"sglangg\" does not exist; expected a path, or one of mine, sglang, vllm")
        #expect(
            refusal { try EnvironmentFile.find("/no/such.toml", option: "--environment", environment: variables) }
                == "--environment /no/such.toml: does not exist")
        #expect(
            refusal { try EnvironmentFile.find(scratch.path, option: "--environment", environment: variables) }
                == "--environment \(scratch.path): is not a regular file")
    }
}
