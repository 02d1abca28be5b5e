// What went wrong, the most frequent first, each with its first case and the server's words, or else where to look.

import Base

extension BlockWriter {
    var errors: TextSection {
        let all = result.errors
        var section = TextSection()
        guard !all.isEmpty else { return section }
        section.add("  errors", .detail)
        for error in all.prefix(10) {
            var what = error.status == 0 ? "no answer" : "HTTP \(error.status)"
            if error.code != 0 { what += ", code \(error.code)" }
            for detail in [error.text, error.content].compactMap({ $0 }) { what += ", \(plain(detail))" }
            if error.status == 0 { what += " (\(plain(error.phase)))" }
            if let url = error.first.url {
                what += ", redirected to \(plain(url))" + (error.first.method == "GET" ? ", the POST as a GET" : "")
            }
            section.add("    " + style.bad(Format.grouped(error.count) + " ×") + " \(what)", .headline)
            section.add(
                "      first at \(Format.measure(error.first.atSeconds)) s: iteration \(error.first.iteration), "
                    + "prompt \(error.first.prompt), label \(error.first.label.map { plain($0) } ?? "-")", .detail)
            if let words = error.first.words { section.add("      \(plain(ServerMessage.essence(of: words)))", .figure) }
            if !error.hint.isEmpty { section.add("      → \(plain(error.hint))", .figure) }
        }
        if all.count > 10 { section.add("    … and \(all.count - 10) more kinds, see sml.errors in the summary", .figure) }
        return section
    }
}
