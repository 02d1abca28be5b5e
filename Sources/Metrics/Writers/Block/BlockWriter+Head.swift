// What was run, where, and how it ended.

import Base

extension BlockWriter {
    var head: TextSection {
        let run = result.run
        var scenario = plain(run?.scenario) + " (" + plain(run?.plan.executor) + ")"
        for (name, text) in [("run label", run?.runLabel), ("model", run?.model)] where !plain(text).isEmpty {
            scenario += ", \(name) \(plain(text))"
        }
        let outcome = result.outcome
        let length = Format.duration(seconds: result.seconds)
        let kind = plain(outcome?.kind.rawValue)
        var end = outcome?.kind == .completed ? style.good(kind) : style.bad(kind)
        if let reason = outcome?.reason { end += " (\(plain(reason)))" }
        var section = TextSection()
        section.add(row("scenario", scenario), .context)
        section.add(row("target", plain(run?.url)), .context)
        section.add(
            row("outcome", "\(end) after \(length), started \(plain(outcome?.started))"), outcome?.kind == .completed ? .context : .headline
        )
        return section
    }
}
