// The tree as YAML, by libyaml's emitter, which knows what each text may look like in each place.

import CYAML
import Base
import Scenarios

enum YAMLWriter {
    private final class Output { var bytes: [UInt8] = [] }

    /// `value` as one document; empty only where there is no memory for it.
    static func text(_ value: JSON) -> String {
        // An emitter holds its own address, so it stays where it is.
        let emitter = UnsafeMutablePointer<yaml_emitter_t>.allocate(capacity: 1)
        defer { emitter.deallocate() }
        guard yaml_emitter_initialize(emitter) != 0 else { return "" }
        defer { yaml_emitter_delete(emitter) }
        var document = yaml_document_t()
        let output = Output()
        yaml_emitter_set_encoding(emitter, YAML_UTF8_ENCODING)
        yaml_emitter_set_unicode(emitter, 1)
        // No line is folded.
        yaml_emitter_set_width(emitter, -1)
        yaml_emitter_set_output(
            emitter,
            { context, bytes, count in
                guard let context, let bytes else { return 0 }
                Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().bytes += UnsafeBufferPointer(start: bytes, count: count)
                return 1
            }, Unmanaged.passUnretained(output).toOpaque())
        return withExtendedLifetime(output) {
            guard yaml_emitter_open(emitter) != 0, yaml_document_initialize(&document, nil, nil, nil, 1, 1) != 0 else { return "" }
            add(value, to: &document)
            // The emitter deletes the document.
            guard yaml_emitter_dump(emitter, &document) != 0, yaml_emitter_close(emitter) != 0 else { return "" }
            return String(decoding: output.bytes, as: UTF8.self)
        }
    }

    /// Adds `value` and all it holds; returns its number in the document.
    @discardableResult
    private static func add(_ value: JSON, to document: inout yaml_document_t) -> Int32 {
        switch value {
        case .null: return add("null", YAML_PLAIN_SCALAR_STYLE, to: &document)
        case .bool(let flag): return add(flag ? "true" : "false", YAML_PLAIN_SCALAR_STYLE, to: &document)
        case .number(let text): return add(text, YAML_PLAIN_SCALAR_STYLE, to: &document)
        case .string(let text):
            return add(
                text, PlainScalar(text) == .text && !text.isEmpty ? YAML_ANY_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE, to: &document)
        case .array(let elements):
            let list = yaml_document_add_sequence(&document, nil, YAML_BLOCK_SEQUENCE_STYLE)
            for element in elements { yaml_document_append_sequence_item(&document, list, add(element, to: &document)) }
            return list
        case .object(let members):
            let table = yaml_document_add_mapping(&document, nil, YAML_BLOCK_MAPPING_STYLE)
            for member in members {
                let key = add(.string(member.key), to: &document)
                yaml_document_append_mapping_pair(&document, table, key, add(member.value, to: &document))
            }
            return table
        }
    }

    private static func add(_ text: String, _ style: yaml_scalar_style_t, to document: inout yaml_document_t) -> Int32 {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBufferPointer {
            yaml_document_add_scalar(&document, nil, $0.baseAddress, Int32(clamping: $0.count), style)
        }
    }
}
