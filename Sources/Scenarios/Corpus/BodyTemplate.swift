// The request body with holes where the prompt goes. Built once per run from the options, the default members of
// k6 §3.4 and the scenario's patch; then every body is a few memory copies.

import Base

struct BodyTemplate {
    enum Part {
        case literal([UInt8])
        /// The entry's messages, system prompt first.
        case messages
        /// The entry's content string, where the patch says `${prompt}`.
        case content
    }

    enum Member {
        case parts([Part])
        /// `"max_tokens":N` with the entry's own N; left out if it has none.
        case promptLimit
    }

    let members: [Member]
    /// The patch takes the content as a string, so every entry must have one.
    let usesContent: Bool

    static let placeholder = "${prompt}"

    init(_ options: CorpusOptions) {
        var slots: [(key: String, slot: Slot)] = []
        if let model = options.model { slots.append(("model", .json(.string(model)))) }
        slots.append(("messages", .messages))
        switch options.maxTokens {
        case .perPrompt: slots.append(("max_tokens", .promptLimit))
        case .fixed(let count): slots.append(("max_tokens", .json(.integer(count))))
        }
        slots.append(("temperature", .json(.number("1"))))
        slots.append(("stream", .json(.bool(false))))
        if options.ignoreEOS { slots.append(("ignore_eos", .json(.bool(true)))) }
        if case .object(let changes)? = options.bodyPatch {
            for change in changes { Self.apply(change, to: &slots) }
        }
        var usesContent = false
        members = slots.map { key, slot in
            if case .promptLimit = slot { return .promptLimit }
            var parts: [Part] = []
            var literal = Array((JSONText.quoted(key) + ":").utf8)
            switch slot {
            case .json(let value): Self.render(value, into: &parts, literal: &literal)
            default:
                parts.append(.literal(literal))
                parts.append(.messages)
                literal = []
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            for case .content in parts { usesContent = true }
            return .parts(parts)
        }
        self.usesContent = usesContent
    }

    private enum Slot {
        case json(ConfigValue)
        case messages
        case promptLimit
    }

    private static func apply(_ change: ConfigValue.Member, to slots: inout [(key: String, slot: Slot)]) {
        let index = slots.firstIndex { $0.key == change.key }
        if change.value == .null {
            if let index { slots.remove(at: index) }
            return
        }
        guard let index else {
            slots.append((change.key, .json(ConfigValue.null.merging(change.value))))
            return
        }
        // Messages and limits of entries are no objects, so whatever the patch says replaces them.
        var target = ConfigValue.null
        if case .json(let value) = slots[index].slot { target = value }
        slots[index].slot = .json(target.merging(change.value))
    }

    private static func render(_ value: ConfigValue, into parts: inout [Part], literal: inout [UInt8]) {
        switch value {
        case .string(placeholder):
            parts.append(.literal(literal))
            parts.append(.content)
            literal = []
        case .number(let text):
            literal += Array((JSONText.javaScriptNumber(text) ?? text).utf8)
        case .array(let elements):
            literal.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { literal.append(UInt8(ascii: ",")) }
                render(element, into: &parts, literal: &literal)
            }
            literal.append(UInt8(ascii: "]"))
        case .object(let members):
            literal.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { literal.append(UInt8(ascii: ",")) }
                literal += Array((JSONText.quoted(member.key) + ":").utf8)
                render(member.value, into: &parts, literal: &literal)
            }
            literal.append(UInt8(ascii: "}"))
        default:
            literal += Array(value.json().utf8)
        }
    }
}
