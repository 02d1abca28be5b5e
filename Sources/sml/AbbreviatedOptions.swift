// Long options may be shortened to any beginning that only one of them has, as Python's argparse does it and SML's
// documentation relies on: `--slurm-nodes` is `--slurm-nodes-per-replica`. The parser does not know that, so it gets
// the words already written out. What options there are comes from the parser's own description of its commands.

import ArgumentParser
import FoundationEssentials

enum AbbreviatedOptions {
    /// `words` with shortened options written out. What is not a beginning of any option stays, for the parser to refuse.
    ///
    /// - Throws: ``Ambiguous`` when several options begin so.
    static func expand(_ words: [String], of root: any ParsableCommand.Type) throws -> [String] {
        guard words.contains(where: { $0.hasPrefix("--") }) else { return words }
        return try expand(words, of: try JSONDecoder().decode(Tool.self, from: Data(root._dumpHelp().utf8)).command)
    }

    struct Ambiguous: Error, Equatable, CustomStringConvertible {
        var option: String
        var candidates: [String]
        var description: String { "\(option): is ambiguous; could be \(candidates.joined(separator: ", "))" }
    }

    static func expand(_ words: [String], of command: Command) throws -> [String] {
        var expanded: [String] = []
        var command = command
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" { return expanded + [word] + rest }
            guard word.hasPrefix("--") else {
                expanded.append(word)
                if let subcommand = command.subcommands?.first(where: { $0.commandName == word }) { command = subcommand }
                continue
            }
            let name = word.prefix { $0 != "=" }
            guard let option = try command.option(named: String(name.dropFirst(2))) else {
                expanded.append(word)
                continue
            }
            expanded.append("--\(option.name)\(word[name.endIndex...])")
            // A value is nobody's option, also where it looks like one.
            if option.takesValue, name.endIndex == word.endIndex, let value = rest.popFirst() { expanded.append(value) }
        }
        return expanded
    }

    struct Tool: Decodable { var command: Command }

    struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?
        var arguments: [Argument]?

        /// The option that `text` is the name of, else the only one whose names begin with it.
        func option(named text: String) throws -> (name: String, takesValue: Bool)? {
            guard !text.isEmpty else { return nil }
            var candidates: [(name: String, argument: Int, takesValue: Bool)] = []
            for (index, argument) in (arguments ?? []).enumerated() {
                for name in argument.names ?? [] where name.kind == "long" && name.name.hasPrefix(text) {
                    candidates.append((name.name, index, argument.kind == "option"))
                }
            }
            if let exact = candidates.first(where: { $0.name == text }) { return (exact.name, exact.takesValue) }
            guard let first = candidates.first else { return nil }
            // Two names of one option are one candidate; a flag and its `no-` are not.
            guard candidates.allSatisfy({ $0.argument == first.argument && $0.name.hasPrefix("no-") == first.name.hasPrefix("no-") })
            else { throw Ambiguous(option: "--\(text)", candidates: candidates.map { "--\($0.name)" }) }
            return (first.name, first.takesValue)
        }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }
        var kind: String
        var names: [Name]?
    }
}
