// What a model is launched from: environment files, catalogues, command lines inside an option; and what is made of them
// for a shell, which must read every value as it was meant.

import Foundation

@testable import Models
@testable import ScenarioFiles
@testable import Base
@testable import Scenarios
@testable import Submit

extension FuzzTarget {
    /// TOML. What is accepted reaches the job's script as it is.
    static func environment(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        refused("file") {
            let file = try EnvironmentFile(text: text, name: "file")
            precondition(file.image.map(isPlain) ?? !file.baseEnvironments.isEmpty)
            precondition(file.imageFiles.allSatisfy { $0.hasPrefix("/") })
            precondition(file.mounts.allSatisfy { !$0.utf8.contains(UInt8(ascii: ",")) && isPlain($0) })
            checkScript(try launch(environment: file, arguments: FrameworkArguments(words: ["--model", "/m"]), commands: ""))
        }
    }

    /// Fields between 0x1e: arguments of the framework, of the router, served name, pre-launch commands, environment file.
    static func launch(_ bytes: UnsafeRawBufferPointer) {
        let fields =
            bytes.split(separator: 0x1E, maxSplits: 4, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) } + ["", "", "", ""]
        do {
            let arguments = try FrameworkArguments(fields[0], option: "--framework-args")
            let again = try FrameworkArguments(arguments.text, option: "again")
            precondition(isSame(again.words, arguments.words), arguments.text)
            for word in arguments.words { checkWord(word) }
            let environment = try EnvironmentFile(text: "image = \"/i\"\n" + fields[4], name: "file")
            for framework in Framework.allCases {
                checkScript(
                    try launch(
                        framework, servedName: fields[2].isEmpty ? nil : fields[2], environment: environment, arguments: arguments,
                        routerArguments: try FrameworkArguments(fields[1], option: "--router-args"), commands: fields[3]))
            }
        } catch {
            precondition(isPlain(OneLine.escaped("\(error)")) && !"\(error)".isEmpty)
        }
    }

    /// A catalogue, written and read back; then every model of it is launched.
    static func catalog(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        refused("file") {
            let reader = CatalogReader(file: "file", origin: .file("file"))
            let entries = try reader.entries(try YAMLReader.parse(text, file: "file"))
            let written = CatalogEntry.text(entries)
            let again = try reader.entries(try YAMLReader.parse(written, file: "file"))
            precondition(again == entries, written)
            for entry in entries.prefix(3) {
                let launch = try? ModelLaunch(
                    entry, user: "ada", environment: try EnvironmentFile(text: "image = \"/i\"", name: "e"), replicas: 2, router: .sglang,
                    openTela: nil, time: JobTime("01:00:00", option: "t"), account: "a", partition: "p", reservation: nil, variables: [:])
                if let launch { checkScript(launch) }
            }
        }
    }

    /// One value a line, for every option that ends in a script, a header, a mount or a URL.
    static func options(_ bytes: UnsafeRawBufferPointer) {
        let question = GuideQuestion("Which", choices: [.init("one"), .init("two")], synonyms: ["1st": "one"])
        for value in String(decoding: bytes, as: UTF8.self).unicodeScalars.split(separator: "\n").map({ String($0) }) {
            checkWord(value)
            let exported = StagedJob.exports(["K6_PROMETHEUS_RW_X": value])
            precondition(isSame((try? ShellSplit.words(exported)) ?? [], ["export", "K6_PROMETHEUS_RW_X=" + value]), exported)
            refused("") {
                let name = try HeaderName.checked(value, option: "--o")
                precondition(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            }
            refused("") {
                let name = try ServedModelName(value, user: "ada", option: "--o").description
                precondition(isPlain(name) && name.utf8.starts(with: "ada/".utf8))
            }
            refused("") {
                let url = try FirecRESTURL.checked(value, option: "--o")
                precondition(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !url.hasSuffix("/"))
            }
            refused("") { _ = try OpenTela(bootstrapAddress: value) }
            refused("") { _ = try Router(value, option: "--o") }
            refused("") {
                let accepted = try question.accept(value, flag: "--o", numbers: true)
                precondition(["one", "two"].contains(accepted))
            }
            refused("") {
                let script = try JobScript(
                    LoadJob(
                        name: JobScript.jobName(scenario: value), account: "a", partition: "p", time: JobTime("01:00:00", option: "t"),
                        nodes: 2, runLabel: value, image: value, promptsFile: "/d/" + value, directory: "/h"))
                precondition(!script.mounts.corpusMount.utf8.contains(UInt8(ascii: ",")))
                precondition(script.mounts.corpusMount.utf8.count { $0 == UInt8(ascii: ":") } == 1)
                precondition(headerLines(script.render()) == 12, script.render())
            }
        }
    }

    // MARK: What is checked

    /// Refusals of ours are one line that begins with `place`.
    private static func refused(_ place: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch let error as any CommandError {
            precondition(error.description.hasPrefix(place) && !error.description.isEmpty, error.description)
            precondition(isPlain(OneLine.escaped(error.description)))
        } catch {
            fatalError("another error: \(error)")
        }
    }

    private static func launch(
        _ framework: Framework = .sglang, servedName: String? = "m", environment: EnvironmentFile, arguments: FrameworkArguments,
        routerArguments: FrameworkArguments = FrameworkArguments(), commands: String
    ) throws -> ModelLaunch {
        try ModelLaunch(
            servedName: servedName, user: "ada", framework: framework, environment: environment, arguments: arguments,
            topology: Topology(replicas: 2, nodesPerReplica: 2), router: .sglang, routerArguments: routerArguments,
            preLaunchCommands: commands, openTela: OpenTela(), time: JobTime("01:00:00", option: "t"), account: "a", partition: "p",
            reservation: nil)
    }

    /// A shell reads `word` back as it is.
    private static func checkWord(_ word: String) {
        precondition(isSame((try? ShellSplit.words(ShellWord.quoted(word))) ?? [], [word]), word)
    }

    /// The header has its lines and no other; every part comes out of the script as it went in.
    private static func checkScript(_ launch: ModelLaunch) {
        let script = launch.script()
        precondition(headerLines(script) == 9, script)
        let lines = script.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        var index = 0
        for (name, text) in launch.files().dropFirst() {
            let begin = Array("cat >\"$job_dir/\(name)\" <<'".utf8)
            while index < lines.count, !lines[index].starts(with: begin) { index += 1 }
            precondition(index < lines.count, name)
            let end = lines[index].dropFirst(begin.count).dropLast()
            var part: [UInt8] = []
            index += 1
            while index < lines.count, !lines[index].elementsEqual(end) {
                part += lines[index] + [UInt8(ascii: "\n")]
                index += 1
            }
            let whole = Array(text.utf8)
            precondition(part == whole || part == whole + [UInt8(ascii: "\n")], "\(name): \(text)")
            index += 1
        }
    }

    private static func headerLines(_ script: String) -> Int {
        script.utf8.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: "#SBATCH ".utf8) }
    }

    /// By bytes: two texts that Swift calls equal may not be to a shell.
    private static func isSame(_ left: [String], _ right: [String]) -> Bool {
        left.map { Array($0.utf8) } == right.map { Array($0.utf8) }
    }
}
