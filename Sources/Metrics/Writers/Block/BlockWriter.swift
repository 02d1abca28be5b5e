// The block a person reads at the end of a run. It is written from the result, so that a summary from a file prints
// exactly as it did when the run ended. Its sections stand here in their order; what each says, in a file of its own.

import Base
import Generator

extension Summary {
    /// See ``RunResult/textBlock(color:heading:screen:)``.
    package func textBlock(color: Bool, heading: Bool = true, screen: TerminalScreen? = nil) -> String {
        result.textBlock(color: color, heading: heading, screen: screen)
    }
}

extension RunResult {
    /// The readable block, ending in a newline.
    ///
    /// - Parameters:
    ///   - color: whether to mark what is good and bad; see ``TerminalStyle``.
    ///   - heading: whether it begins with its heading.
    ///   - screen: what it must fit on; nil for everything there is to say.
    package func textBlock(color: Bool, heading: Bool = true, screen: TerminalScreen? = nil) -> String {
        if comparison != nil { return textBlockOfArms(color: color, heading: heading, isShort: screen != nil) }
        let writer = BlockWriter(result: self, style: TerminalStyle(color: color))
        let top = heading ? [writer.heading] : []
        return (top + BlockLayout.lines(writer.sections, screen: screen, above: top.count)).joined(separator: "\n") + "\n"
    }
}

/// A summary that was fetched is a file like any other: no text of it may be an order to the terminal, so every text of a
/// result goes through ``OneLine``.
struct BlockWriter {
    let result: RunResult
    let style: TerminalStyle

    var heading: String { style.bold("=== LLM Load Test Summary ===") }

    /// All there is to say, in the order of reading.
    var sections: [TextSection] {
        [
            TextSection(verdict.lines + head.lines), thresholds, headline, TextSection(counts.lines + goodput.lines), windows, latencyTable,
            streamTable, probeTable, errors, health, tokenTable, k6Rows,
            conditions,
        ]
    }

    func row(_ name: String, _ text: String) -> String { "  " + Table.pad(name, 13) + text }
    func plain(_ text: String?) -> String { OneLine.escaped(text ?? "") }
    func count(_ name: MetricName) -> UInt64 { result.metrics.count(name) }

    func share(_ part: Double) -> String { Format.measure(100 * part) + " %" }

    /// What there is to say of a section's metrics: count and remark of those that counted something.
    func remarks(_ section: String, _ mark: (String) -> String = { $0 }) -> [String] {
        Catalog.remarks(of: section).filter { count($0.name) > 0 }
            .map { "\(mark(Format.grouped(count($0.name)))) \($0.remark ?? "")" }
    }
}
