// The image's `k6`: the command line SML's Python program writes into its job script (k6 §2) runs our generator, with
// k6's outputs in k6's places and k6's exit codes. What it accepts is the K6 library's; this touches the process.

import Generator
import Glibc
import K6
import Run
import RemoteWrite
import Base
import Scenarios
import Series

enum K6Command {
    static func main() async -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "run":
            do {
                let (run, script) = try prepare(Array(arguments.dropFirst()))
                exit(await SignalledRun.run(as: "k6") { try request(run, script, environment: $0) })
            } catch {
                StandardError.write("k6: \(error)\n")
                exit(error.exitCode)
            }
        case "version", "--version":
            exit(shown(K6Text.version(product: Product.version, machine: machine) + "\n"))
        case nil, "help", "--help", "-h":
            exit(shown(K6Text.help(product: Product.version)))
        case let other?:
            StandardError.write("k6: unknown command \"\(OneLine.escaped(other))\"; there are run and version\n")
            exit(K6Error(.usage, "").exitCode)
        }
    }

    /// Writes `text` to stdout and returns the exit code.
    private static func shown(_ text: String) -> Int32 {
        do {
            try StandardOutput.write(text)
            return 0
        } catch {
            if !error.isReaderGone { StandardError.write("k6: \(error)\n") }
            return error.exitCode
        }
    }

    /// What is asked for. Help is given, and ends the process.
    private static func prepare(_ arguments: [String]) throws(K6Error) -> (K6Invocation, PackagedScript) {
        do { try ProcessVariables.requireText() } catch { throw K6Error(.usage, error.description) }
        let invocation = try K6Invocation(arguments: arguments, environment: ProcessVariables.all)
        ArgumentMemory.hide("RUN_CONFIG_JSON=")
        if invocation.wantsHelp {
            exit(shown(K6Text.help(product: Product.version)))
        }
        let accepting = ProcessVariables.all[PackagedScript.acceptingVariable]
        return (invocation, try PackagedScript(source(of: invocation.script), name: invocation.script, accepting: accepting))
    }

    private static func request(
        _ invocation: K6Invocation, _ script: PackagedScript, environment: [String: String]
    ) throws -> RunRequest {
        func scriptVariable(_ name: String) throws(K6Error) -> String {
            guard let value = invocation.scriptEnvironment[name], !value.isEmpty else {
                throw K6Error(.script, "\(name) is not set; give it with --env \(name)=…")
            }
            return value
        }
        let text = try scriptVariable("RUN_CONFIG_JSON")
        let configuration: RunConfiguration
        do {
            configuration = try RunConfiguration.parse(text, file: "RUN_CONFIG_JSON")
        } catch {
            // The script itself stops at this, which k6 reports as 107; bad values of a scenario are 104 (k6 §9).
            throw K6Error(.script, error.description)
        }
        // handleSummary writes one file, --summary-export another; SML names the same for both.
        let working = "summary.json"
        let summaries = invocation.summaryExport.map { samePlace($0, working) ? [$0] : [$0, working] } ?? [working]
        var variables = RunEnvironment(invocation.scriptEnvironment)
        if variables.systemPrompt == "default" {
            guard let text = script.systemPrompt else {
                throw K6Error(
                    .script,
                    "SYSTEM_PROMPT: \(invocation.script) has no DEFAULT_SYSTEM_PROMPT for default to stand for; give the text itself")
            }
            variables.systemPrompt = text
        }
        var request = RunRequest(
            program: "k6", configuration: .parsed(configuration),
            prompts: besideScript(try scriptVariable("PROMPTS_FILE"), script: invocation.script),
            environment: variables, directory: ".", summaries: summaries, replacesResults: true)
        if invocation.remoteWrite {
            request.remoteWrite = try RunDelivery.configuration(
                url: environment["K6_PROMETHEUS_RW_SERVER_URL"] ?? "http://localhost:9090/api/v1/write",
                environment: environment)
        }
        request.tags = invocation.tags.map { SeriesTags.Tag(name: $0.name, value: $0.value) }
        request.result = .handleSummary
        request.quiet = invocation.quiet
        request.ignoresThresholds = invocation.noThresholds
        request.details = true
        request.sendsTestRequest = false
        request.failsWithoutSuccess = false
        announce(invocation, script, request)
        return request
    }

    /// k6's lines about what runs and where it goes, so that a log says the same.
    private static func announce(_ invocation: K6Invocation, _ script: PackagedScript, _ request: RunRequest) {
        if let warning = script.warning { StandardError.write("k6: warning: \(OneLine.escaped(warning))\n") }
        guard !request.quiet else { return }
        let output = request.remoteWrite.map { "Prometheus remote write (\($0.receiver))" } ?? "-"
        // The result follows on the same way, and is missed if that is closed.
        try? StandardOutput.write(
            """
                 execution: local, by sml-loadgen \(Product.version)
                    script: \(invocation.script) (\(script.name))
                    output: \(output)


            """)
    }

    private static func source(of script: String) throws(K6Error) -> String {
        let file = open(script == "-" ? "/dev/stdin" : script, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw K6Error(.usage, "\(script): cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        // A hundred times the packaged script.
        guard let bytes = readBytes(upTo: 2 << 20, from: file) else {
            throw K6Error(.usage, "\(script): cannot be read: \(String(cString: strerror(errno)))")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `open()` in a script is relative to the script's directory.
    private static func besideScript(_ path: String, script: String) -> String {
        guard !path.hasPrefix("/"), script != "-" else { return path == "-" ? "./-" : path }
        let directory = script.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return (script.contains("/") ? directory : ".") + "/" + path
    }

    private static func samePlace(_ left: String, _ right: String) -> Bool {
        func resolved(_ path: String) -> String {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            let directory = parts.count > 1 ? parts.dropLast().joined(separator: "/") + "/" : "."
            guard let real = realpath(directory, nil) else { return path }
            defer { free(real) }
            return String(cString: real) + "/" + (parts.last ?? "")
        }
        return resolved(left) == resolved(right)
    }

    private static var machine: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "linux" }
        return withUnsafeBytes(of: name.machine) { "linux/" + String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// What others on the machine see of our command line.
private enum ArgumentMemory {
    /// Overwrites everything that follows `prefix` in an argument. The run configuration on k6's command line holds
    /// the API key; that it is there at all is SML's way, that it stays there for the length of a run need not be.
    static func hide(_ prefix: String) {
        for argument in UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)) {
            // `--env=NAME=…` and `-eNAME=…` hold the name further in.
            guard let argument, let found = strstr(argument, prefix) else { continue }
            let value = found + prefix.utf8.count
            memset(value, Int32(UInt8(ascii: "*")), strlen(value))
        }
    }
}
