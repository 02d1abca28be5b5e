// `k6 run` as a value: the command line and the environment, checked against the table of flags. Pure, so that every
// way of writing a flag (pflag's: `--tag a`, `--tag=a`, `-o a`, `-oa`, `-qv`) is tested without a process.

import Base

/// What `k6 run …` asks for.
package struct K6Invocation: Sendable, Equatable {
    package static let remoteWriteOutput = "experimental-prometheus-rw"

    /// Path of the script as given.
    package private(set) var script = ""
    /// `-o experimental-prometheus-rw` was given.
    package private(set) var remoteWrite = false
    /// `--tag` in the order given; of two with one name the last counts.
    package private(set) var tags: [Tag] = []
    /// What the script sees as `__ENV`: the process's environment with `--env` over it.
    package private(set) var scriptEnvironment: [String: String] = [:]
    package private(set) var summaryExport: String?
    package private(set) var quiet = false
    /// The scenario's thresholds count for nothing.
    package private(set) var noThresholds = false
    package private(set) var wantsHelp = false

    package struct Tag: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var outputs: [String] = []
    private var environmentFlags: [(name: String, value: String)] = []
    private var includesProcessEnvironment = true

    /// - Parameter arguments: what follows `k6 run`.
    package init(arguments: [String], environment: [String: String]) throws(K6Error) {
        var scripts: [String] = []
        var given: Set<String> = []
        var words = FlagWords(arguments)
        while let word = try words.next() {
            switch word {
            case .argument(let text): scripts.append(text)
            case .flag(let flag, let value, let spelling):
                given.insert(flag.name)
                try apply(flag, value, as: spelling)
            }
        }
        if wantsHelp { return }
        for flag in K6Flag.all where !given.contains(flag.name) {
            guard let variable = flag.variable, let value = environment[variable], !value.isEmpty else { continue }
            try apply(flag, value, as: variable)
        }
        remoteWrite = !outputs.isEmpty
        scriptEnvironment = includesProcessEnvironment ? environment : [:]
        for (name, value) in environmentFlags { scriptEnvironment[name] = value }
        guard scripts.count == 1, !scripts[0].isEmpty else {
            throw K6Error(.usage, "run: expected one script, found \(scripts.count)")
        }
        script = scripts[0]
    }

    private mutating func apply(_ flag: K6Flag, _ value: String, as spelling: String) throws(K6Error) {
        let isOn = flag.value == .none ? try Self.truth(value, spelling) : true
        switch flag.treatment {
        case .refused(let reason):
            // `--paused=false` asks for what is done anyway.
            guard isOn else { return }
            throw K6Error(.usage, "\(spelling): not supported here: \(reason)")
        case .accepted(let reason, let values):
            guard values.isEmpty || values.contains(value) else {
                throw K6Error(
                    .usage,
                    "\(spelling): \"\(value)\" is not supported here: \(reason); accepted is "
                        + values.joined(separator: ", "))
            }
        case .carriedOut:
            try carryOut(flag.name, value, isOn: isOn, as: spelling)
        }
    }

    private mutating func carryOut(_ name: String, _ value: String, isOn: Bool, as spelling: String) throws(K6Error) {
        switch name {
        case "out":
            // What follows `=` is accepted and ignored (k6 §2).
            guard value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)[0] == Self.remoteWriteOutput
            else {
                throw K6Error(.usage, "\(spelling): output \"\(value)\" is not supported; accepted is \(Self.remoteWriteOutput)")
            }
            outputs.append(value)
        case "tag":
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw K6Error(.usage, "\(spelling): \"\(value)\": expected name=value, neither of them empty")
            }
            tags.removeAll { $0.name == parts[0] }
            tags.append(Tag(name: String(parts[0]), value: String(parts[1])))
        case "env":
            // The value is not repeated in the error: it may be the run configuration with the API key.
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard VariableName.isOne(parts[0]) else {
                throw K6Error(.usage, "\(spelling): expected NAME=value with a name of letters, digits and _ that begins with no digit")
            }
            environmentFlags.append((String(parts[0]), parts.count == 2 ? String(parts[1]) : ""))
        case "summary-export":
            guard !value.isEmpty else { throw K6Error(.usage, "\(spelling): expected a file") }
            summaryExport = value
        case "include-system-env-vars": includesProcessEnvironment = isOn
        case "quiet": quiet = isOn
        case "no-thresholds": noThresholds = isOn
        default: wantsHelp = wantsHelp || isOn
        }
    }

    /// Go's strconv.ParseBool.
    private static func truth(_ text: String, _ spelling: String) throws(K6Error) -> Bool {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        default: throw K6Error(.usage, "\(spelling): \"\(text)\" is not accepted; expected true or false")
        }
    }

    package static func == (left: K6Invocation, right: K6Invocation) -> Bool {
        left.script == right.script && left.remoteWrite == right.remoteWrite && left.tags == right.tags
            && left.scriptEnvironment == right.scriptEnvironment && left.summaryExport == right.summaryExport
            && left.quiet == right.quiet && left.noThresholds == right.noThresholds && left.wantsHelp == right.wantsHelp
    }
}
