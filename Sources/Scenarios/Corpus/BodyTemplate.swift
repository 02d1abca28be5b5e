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
        /// The same inside of a longer text: without quotes.
        case contentInText
        /// The entry's own limit, where the run has none.
        case limit
    }

    struct Member {
        /// The key as it is written in the body, without quotes.
        let key: [UInt8]
        let parts: [Part]
        /// Left out for an entry without a limit.
        let needsLimit: Bool
    }

    let members: [Member]
    /// The run's limit wins over those of entries, by whatever key they give it.
    let hasFixedLimit: Bool

    static let promptHole = "${prompt}"
    static let limitHole = "${max_tokens}"

    init(_ options: CorpusOptions) {
        var slots: [(key: String, slot: Slot)] = []
        if let model = options.model { slots.append(("model", .json(.string(model)))) }
        slots.append(("messages", .messages))
        switch options.maxTokens {
        case .perPrompt: slots.append(("max_tokens", .json(.string(Self.limitHole))))
        case .fixed(let count): slots.append(("max_tokens", .json(.int(count))))
        }
        slots.append(("temperature", .json(.number("1"))))
        slots.append(("stream", .json(.bool(options.streams))))
        if options.streams {
            slots.append(("stream_options", .json(.object([.init("include_usage", .bool(true))]))))
        }
        if options.ignoreEOS { slots.append(("ignore_eos", .json(.bool(true)))) }
        if case .object(let changes)? = options.bodyPatch {
            for change in changes { Self.apply(change, to: &slots) }
        }
        var fixed: Int?
        if case .fixed(let count) = options.maxTokens { fixed = count }
        hasFixedLimit = fixed != nil
        members = slots.map { key, slot in
            let quoted = JSONText.quoted(key)
            var writer = Writer(fixedLimit: fixed, literal: Array((quoted + ":").utf8))
            var needsLimit = false
            switch slot {
            case .json(let value):
                needsLimit = fixed == nil && value == .string(Self.limitHole)
                writer.write(value)
            case .messages: writer.hole(.messages)
            }
            return Member(key: Array(quoted.utf8.dropFirst().dropLast()), parts: writer.finished(), needsLimit: needsLimit)
        }
    }

    private enum Slot {
        case json(JSON)
        case messages
    }

    private static func apply(_ change: JSON.Member, to slots: inout [(key: String, slot: Slot)]) {
        let index = slots.firstIndex { $0.key == change.key }
        if change.value == .null {
            if let index { slots.remove(at: index) }
            return
        }
        guard let index else {
            slots.append((change.key, .json(JSON.null.merging(change.value))))
            return
        }
        // Messages and limits of entries are no objects, so whatever the patch says replaces them.
        var target = JSON.null
        if case .json(let value) = slots[index].slot { target = value }
        slots[index].slot = .json(target.merging(change.value))
    }

    /// Writes JSON as literals with holes between them.
    private struct Writer {
        let fixedLimit: Int?
        var literal: [UInt8]
        var parts: [Part] = []

        mutating func hole(_ part: Part) {
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
            parts.append(part)
        }

        consuming func finished() -> [Part] { literal.isEmpty ? parts : parts + [.literal(literal)] }

        mutating func write(_ value: JSON) {
            switch value {
            case .string(promptHole): hole(.content)
            case .string(limitHole): writeLimit()
            case .string(let text): writeText(text)
            case .number(let text): literal += Array((JSONText.javaScriptNumber(text) ?? text).utf8)
            case .array(let elements):
                literal.append(UInt8(ascii: "["))
                for (index, element) in elements.enumerated() {
                    if index > 0 { literal.append(UInt8(ascii: ",")) }
                    write(element)
                }
                literal.append(UInt8(ascii: "]"))
            case .object(let members):
                literal.append(UInt8(ascii: "{"))
                for (index, member) in members.enumerated() {
                    if index > 0 { literal.append(UInt8(ascii: ",")) }
                    literal += Array((JSONText.quoted(member.key) + ":").utf8)
                    write(member.value)
                }
                literal.append(UInt8(ascii: "}"))
            default: literal += Array(value.json().utf8)
            }
        }

        /// Text with holes in it: `User: ${prompt}`.
        private mutating func writeText(_ text: String) {
            var rest = Array(JSONText.quoted(text).utf8)[...]
            while let byte = rest.first {
                if byte == UInt8(ascii: "$"), rest.starts(with: promptHole.utf8) {
                    hole(.contentInText)
                    rest = rest.dropFirst(promptHole.utf8.count)
                } else if byte == UInt8(ascii: "$"), rest.starts(with: limitHole.utf8) {
                    writeLimit()
                    rest = rest.dropFirst(limitHole.utf8.count)
                } else {
                    literal.append(byte)
                    rest = rest.dropFirst()
                }
            }
        }

        private mutating func writeLimit() {
            if let fixedLimit { literal += Array(String(fixedLimit).utf8) } else { hole(.limit) }
        }
    }
}
