// Recognises SML's packaged k6 script by its content, because the generator does what that script does and runs no
// JavaScript: another temperature in it, one header more, would run as if nothing were different. So every line counts that
// is no comment, and one that is not SML's is named and refused, unless the user says that it may be passed over.

import Base

/// What was found in a script.
package struct PackagedScript: Sendable, Equatable {
    /// The variable that lets an edited script run as SML's.
    package static let acceptingVariable = "SML_K6_ACCEPT_SCRIPT"

    /// What the log calls it.
    package let name: String
    /// One line for stderr: which lines of it have no effect. Nil for a known script.
    package let warning: String?
    /// What `SYSTEM_PROMPT=default` stands for in it.
    package let systemPrompt: String?

    /// - Parameters:
    ///   - name: what errors call the script.
    ///   - accepting: the value of ``acceptingVariable``, nil if it is not set.
    /// - Throws: ``K6Error`` (exit 107, as k6 for a script that it cannot run) that names the first lines that are not SML's.
    package init(
        _ source: String, name: String, accepting: String? = nil
    ) throws(K6Error) { try self.init(source, name: name, accepting: accepting, known: ScriptVersion.all) }

    init(_ source: String, name: String, accepting: String?, known: [ScriptVersion]) throws(K6Error) {
        let accepts: Bool
        switch accepting {
        case nil, "", "0": accepts = false
        case "1": accepts = true
        case let other?:
            throw K6Error(.usage, "\(Self.acceptingVariable): \(JSONText.quoted(other)) is not accepted; expected 1 or 0")
        }
        let code = ScriptCode(source)
        systemPrompt = code.textConstant("DEFAULT_SYSTEM_PROMPT")
        let digest = ScriptVersion.digest(code)
        if let version = known.first(where: { $0.digest == digest }) {
            self.name = version.name
            warning = nil
            return
        }
        let difference = Self.difference(code, source: source, known: known)
        guard accepts else {
            throw K6Error(
                .script,
                "\(name): not SML's packaged k6 script: \(difference); this k6 runs no JavaScript, so that would have no effect. "
                    + "To send other requests give the scenario a 'request:', or run the script with a real k6; "
                    + "\(Self.acceptingVariable)=1 runs SML's script in its place")
        }
        self.name = "edited, run as SML's packaged script"
        warning = "\(name): \(difference); this has no effect here (\(Self.acceptingVariable)=1)"
    }

    /// Which lines are different from the nearest known version, in words.
    private static func difference(_ code: ScriptCode, source: String, known: [ScriptVersion]) -> String {
        let lines = ScriptVersion.lines(code)
        let nearest = known.map { (version: $0, difference: ScriptDifference(lines, from: $0.lines)) }
            .max { $0.difference.common < $1.difference.common }
        guard let nearest, nearest.difference.common * 2 >= nearest.version.lines.count else {
            return "it has \(nearest?.difference.common ?? 0) of the \(nearest?.version.lines.count ?? 0) lines of SML's"
        }
        let difference = nearest.difference
        let text = source.split(separator: "\n", omittingEmptySubsequences: false)
        var found = difference.added.map { index in (code.lines[index].number, shown(code.lines[index], in: text)) }
        found += difference.gaps.map { index in
            let number = index < 0 ? 0 : code.lines[index].number
            return (number, "lines of SML's are missing after line \(number)")
        }
        found.sort { $0.0 < $1.0 }
        guard !found.isEmpty else { return "its code is broken into lines in another way, and is not the same" }
        let named = found.prefix(mostNamed).map(\.1).joined(separator: "; ")
        return found.count > mostNamed ? "\(named); and \(found.count - mostNamed) more" : named
    }

    /// Of the places that differ, as many as an error has room for.
    private static let mostNamed = 5

    /// As it stands in the file, without what follows `Authorization:` or `Bearer`: a log is read by others.
    private static func shown(_ line: ScriptCode.Line, in text: [Substring]) -> String {
        let own = line.number <= text.count ? String(text[line.number - 1]).trimmingBlanksAndNewlines : line.text
        return "line \(line.number): \(Redactor().line(own, limit: 80))"
    }
}
