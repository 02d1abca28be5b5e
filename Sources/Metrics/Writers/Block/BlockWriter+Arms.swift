// The block of a run of two arms: the comparison, which is what it was made for, and the arms as blocks of their own. Figures of
// both together say nothing of either server, and are in the summary only.

import Base

extension RunResult {
    /// - Parameter isShort: for a terminal: without the arms' own blocks, unless there is nothing else to see.
    func textBlockOfArms(color: Bool, heading: Bool, isShort: Bool) -> String {
        let writer = BlockWriter(result: self, style: TerminalStyle(color: color))
        var lines = heading ? [writer.heading] : []
        lines += BlockLayout.all([writer.head])
        let hasVerdict = comparison?.hasVerdict == true
        if !isShort || !hasVerdict {
            for lane in lanes {
                lines.append("")
                lines.append(writer.style.bold("--- arm \(OneLine.escaped(lane.name)) ---"))
                let block = lane.result.textBlock(color: color, heading: false, screen: isShort ? .usual : nil)
                lines += block.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            }
        }
        lines.append("")
        for line in comparison?.lines ?? [] { lines.append(line.hasPrefix("NO COMPARISON") ? writer.style.bad(line) : line) }
        return lines.joined(separator: "\n") + "\n"
    }
}
