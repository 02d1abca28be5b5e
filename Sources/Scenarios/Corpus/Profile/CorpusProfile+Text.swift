// A corpus's description as a screen of text and as a document.

import Base

extension CorpusProfile {
    private static let width = 80
    private static let indentation = 16
    /// Labels of a table that is looked at; the document has all.
    private static let mostLabels = 20

    /// Lines no wider than a terminal of 80.
    package func text() -> String {
        var out = "\(OneLine.escaped(file)): \(all.characters.count.grouped) \(all.characters.count == 1 ? "prompt" : "prompts")"
        out += " (\(reading.file.rawValue)\(size.map { ", \(Self.megabytes($0))" } ?? ""))\n"
        if let note = reading.note { out += Self.paragraph("form", note) }
        out += "\n" + table() + "\n"
        out += Self.paragraph("repeats", repeats)
        out += Self.paragraph("beginnings", beginnings)
        if !reading.sent.isEmpty { out += Self.paragraph("request keys", Self.list(reading.sent, isExplained: false)) }
        if !reading.unsent.isEmpty {
            let more = reading.others > 0 ? ", and more" : ""
            out += Self.paragraph("not sent", Self.list(reading.unsent) + more)
        }
        out += Self.paragraph(
            "tokens",
            "estimated: characters / \(Self.charactersPerToken), as SML's script does; a tokenizer makes more of code and of languages "
                + "other than English")
        return out
    }

    private var repeats: String {
        guard repeating > 0 else { return "none: all texts are different" }
        return "\(distinct.grouped) different texts; \(repeating.grouped) entries have one that another has too, "
            + "the most frequent \(mostFrequent.grouped) times"
    }

    private var beginnings: String {
        let shares = prefixes.enumerated().map { place, prefix in
            let share = "\(Self.tenths(prefix.entries * 100, of: all.characters.count))%"
            let length = prefix.characters.grouped
            return place == 0
                ? "\(share) of the entries share their first \(length) characters with another" : "\(share) their first \(length)"
        }
        let common = commonPrefix == 0 ? "nothing is" : "\(commonPrefix.grouped) \(commonPrefix == 1 ? "is" : "are")"
        return "\(shares.joined(separator: ", ")); \(common) common to all"
    }

    private func table() -> String {
        func row(_ label: String, _ cells: [String]) -> String {
            let name = OneLine.escaped(label)
            let shown = name.count > 15 ? name.prefix(14) + "…" : name[...]
            var line = shown + String(repeating: " ", count: 16 - shown.count)
            for (cell, width) in zip(cells, [8, 8, 8, 8, 8, 8, 8, 8]) {
                line += String(repeating: " ", count: max(1, width - cell.count)) + cell
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        func row(of part: Part, _ label: String) -> String {
            let tokens = [part.characters.median, part.characters.most].map { Self.tokens($0) }
            return row(
                label,
                ([part.characters.count, part.characters.median, part.characters.p95, part.characters.most] + tokens).map(Self.short)
                    + [part.limits.map { Self.short($0.median) } ?? "-", part.limits.map { Self.short($0.most) } ?? "-"])
        }
        var out = String(repeating: " ", count: 24)
        for (heading, width) in [("characters", 24), ("tokens (est.)", 16), ("max_tokens", 16)] {
            out += String(repeating: " ", count: width - heading.count) + heading
        }
        out += "\n"
        out += row("label", ["entries", "median", "p95", "max", "median", "max", "median", "max"])
        let shown = labels.count == 1 ? [] : labels.prefix(Self.mostLabels)
        for part in shown { out += row(of: part, part.label) }
        if labels.count > Self.mostLabels { out += "… and \((labels.count - Self.mostLabels).grouped) labels more\n" }
        return out + row(of: all, labels.count == 1 ? labels[0].label : "all")
    }

    static func tokens(_ characters: Int) -> Int { (characters + charactersPerToken - 1) / charactersPerToken }

    // MARK: - Words

    private static func list(_ keys: [CorpusReading.Key], isExplained: Bool = true) -> String {
        keys.map { key in
            let entries = "\(key.entries.grouped) \(key.entries == 1 ? "entry" : "entries")"
            return "\(OneLine.escaped(key.key)) (\(entries)\(isExplained ? key.explanation.map { "; \($0)" } ?? "" : ""))"
        }.joined(separator: ", ")
    }

    /// At most seven columns.
    private static func short(_ value: Int) -> String {
        switch value {
        case ..<1_000_000: value.grouped
        case ..<1_000_000_000: "\(tenths(value, of: 1_000_000))M"
        default: "\(tenths(value, of: 1_000_000_000))G"
        }
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes < 100_000 ? "\(bytes.grouped) bytes" : "\(tenths(bytes, of: 1_000_000)) MB"
    }

    private static func tenths(_ value: Int, of unit: Int) -> String {
        let tenths = (value * 10 + unit / 2) / unit
        return "\((tenths / 10).grouped).\(tenths % 10)"
    }

    /// `heading  words…`, broken between words and indented. A word longer than a line stays whole.
    private static func paragraph(_ heading: String, _ text: String) -> String {
        var lines = [heading + String(repeating: " ", count: indentation - heading.count)]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count >= width, lines[lines.count - 1].last != " " {
                lines.append(String(repeating: " ", count: indentation))
            }
            lines[lines.count - 1] += (lines[lines.count - 1].last == " " ? "" : " ") + word
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - Document

    /// Everything, for programs.
    package func document() -> JSON {
        func spread(_ spread: Spread, _ scale: (Int) -> Int = { $0 }) -> [JSON.Member] {
            [
                .init("min", .int(scale(spread.least))), .init("median", .int(scale(spread.median))),
                .init("p95", .int(scale(spread.p95))), .init("max", .int(scale(spread.most))),
            ]
        }
        func object(of part: Part) -> JSON {
            var members: [JSON.Member] = [.init("label", .string(part.label)), .init("entries", .int(part.characters.count))]
            members.append(.init("characters", .object(spread(part.characters) + [.init("total", .int(part.characters.total))])))
            members.append(
                .init(
                    "estimated_tokens",
                    .object(spread(part.characters, Self.tokens) + [.init("total", .int(Self.tokens(part.characters.total)))])))
            if let limits = part.limits {
                members.append(.init("max_tokens", .object([.init("entries", .int(limits.count))] + spread(limits))))
            }
            return .object(members)
        }
        func keys(_ keys: [CorpusReading.Key], explained: Bool) -> JSON {
            .array(
                keys.map { key in
                    var members: [JSON.Member] = [.init("key", .string(key.key)), .init("entries", .int(key.entries))]
                    if explained { members.append(.init("why", key.explanation.map { .string($0) } ?? .null)) }
                    return .object(members)
                })
        }
        return .object([
            .init("file", .string(file)), .init("bytes", size.map { .int($0) } ?? .null),
            .init("format", .string(reading.file.rawValue)),
            .init(
                "forms",
                .object(EntryForm.allCases.compactMap { form in reading.forms[form].map { .init(form.rawValue, .int($0)) } })),
            .init("left_out", .int(reading.leftOut)), .init("all", object(of: all)),
            .init("labels", .array(labels.map(object(of:)))),
            .init("characters_per_token", .int(Self.charactersPerToken)),
            .init(
                "repeats",
                .object([
                    .init("distinct", .int(distinct)), .init("entries", .int(repeating)),
                    .init("most_frequent", .int(mostFrequent)),
                ])),
            .init("common_prefix_characters", .int(commonPrefix)),
            .init(
                "shared_prefixes",
                .array(
                    prefixes.map {
                        .object([
                            .init("characters", .int($0.characters)), .init("entries", .int($0.entries)),
                            .init("largest_group", .int($0.largest)),
                        ])
                    })),
            .init("request_keys", keys(reading.sent, explained: false)), .init("keys_not_sent", keys(reading.unsent, explained: true)),
        ])
    }
}
