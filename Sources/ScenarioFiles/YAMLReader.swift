// YAML into the same tree JSON is read into, by libyaml: the parser under PyYAML, so that SML's users see a file read as SML
// reads it. Used directly, because its Swift wrapper imports all of Foundation, and ICU with it: 40 MB of a 67 MB program.

import CYAML
import Base
import Scenarios

/// Reads one document.
struct YAMLReader {
    /// Aliases are expanded, so a small file could otherwise become a tree of any size. A long text counts as several.
    private static let valueLimit = 100_000
    /// An alias inside of what it stands for would have no end; and libyaml looks at every open bracket for every token: 200,000
    /// of them take it minutes.
    private static let depthLimit = 100

    private let file: String
    private let document: UnsafeMutablePointer<yaml_document_t>
    private var budget = valueLimit
    /// Nodes that other mappings took over with a merge key.
    private var merged: Set<Int32> = []

    /// Parses the one document of `text`; `file` is what errors call it.
    static func parse(_ text: String, file: String) throws(ConfigurationError) -> JSON { try read(text, file: file).value }

    /// The same, with the keys at the top whose values are there to be taken over by others with a merge key (`base: &base …`).
    static func read(_ text: String, file: String) throws(ConfigurationError) -> (value: JSON, bases: Set<String>) {
        var bytes = Array(text.utf8)
        do {
            return try bytes.withUnsafeMutableBufferPointer { try parse($0, file: file) }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(.configuration, "\(file): not valid YAML: \(error)")
        }
    }

    private static func parse(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, file: String
    ) throws -> (value: JSON, bases: Set<String>) {
        try withParser(of: bytes, file: file) { try checkDepth($0, file: file) }
        return try withParser(of: bytes, file: file) { parser in
            var document = yaml_document_t()
            guard yaml_parser_load(parser, &document) != 0 else { throw failure(of: parser, file: file) }
            defer { yaml_document_delete(&document) }
            guard let root = yaml_document_get_root_node(&document) else { throw ConfigurationError(.configuration, "\(file): is empty") }
            var next = yaml_document_t()
            guard yaml_parser_load(parser, &next) != 0 else { throw failure(of: parser, file: file) }
            defer { yaml_document_delete(&next) }
            guard yaml_document_get_root_node(&next) == nil else {
                throw ConfigurationError(
                    .configuration, "\(file): not valid YAML: line \(next.start_mark.line + 1): a second document begins; expected one")
            }
            return try withUnsafeMutablePointer(to: &document) { document in
                var reader = YAMLReader(file: file, document: document)
                let value = try reader.convert(root.pointee, path: "", depth: 0)
                return (value, reader.bases(of: root.pointee))
            }
        }
    }

    /// A parser holds its own address, so it stays where it is.
    private static func withParser<Result>(
        of bytes: UnsafeMutableBufferPointer<UInt8>, file: String, _ body: (UnsafeMutablePointer<yaml_parser_t>) throws -> Result
    ) throws -> Result {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) != 0 else { throw ConfigurationError(.configuration, "\(file): no memory for it") }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        return try body(parser)
    }

    /// libyaml's events come as it reads on, so that it is stopped before it is deep.
    private static func checkDepth(_ parser: UnsafeMutablePointer<yaml_parser_t>, file: String) throws {
        var depth = 0
        var isAtEnd = false
        while !isAtEnd {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) != 0 else { throw failure(of: parser, file: file) }
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_STREAM_END_EVENT: isAtEnd = true
            case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT: depth += 1
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: depth -= 1
            default: break
            }
            guard depth <= depthLimit else {
                throw ConfigurationError(
                    .configuration, "\(file): not valid YAML: line \(event.start_mark.line + 1): more than \(depthLimit) levels deep")
            }
        }
    }

    private init(file: String, document: UnsafeMutablePointer<yaml_document_t>) {
        self.file = file
        self.document = document
    }

    private static func failure(of parser: UnsafeMutablePointer<yaml_parser_t>, file: String) -> ConfigurationError {
        let parser = parser.pointee
        guard let problem = parser.problem else { return ConfigurationError(.configuration, "\(file): no memory for it") }
        var reason = String(cString: problem)
        if let context = parser.context {
            reason = "\(String(cString: context)) that begins in line \(parser.context_mark.line + 1), \(reason)"
        }
        // What is no character is told by its place among the bytes, everything else by line and column.
        let place =
            parser.error == YAML_READER_ERROR
            ? "byte \(parser.problem_offset)" : "line \(parser.problem_mark.line + 1), column \(parser.problem_mark.column + 1)"
        return ConfigurationError(.configuration, "\(file): not valid YAML: \(place): \(reason)")
    }

    private func failure(_ path: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(.configuration, path.isEmpty ? "\(file): \(reason)" : "\(file): \(path): \(reason)")
    }

    // MARK: - Nodes

    private mutating func convert(_ index: Int32, path: String, depth: Int) throws(ConfigurationError) -> JSON {
        guard let node = yaml_document_get_node(document, index) else { throw failure(path, "is missing") }
        return try convert(node.pointee, path: path, depth: depth)
    }

    private mutating func convert(_ node: yaml_node_t, path: String, depth: Int) throws(ConfigurationError) -> JSON {
        guard depth <= Self.depthLimit else { throw failure(path, "more than \(Self.depthLimit) levels deep") }
        budget -= 1
        if node.type == YAML_SCALAR_NODE { budget -= node.data.scalar.length >> 10 }
        guard budget > 0 else { throw ConfigurationError(.configuration, "\(file): holds more than \(Self.valueLimit) values") }
        try checkTag(of: node, path: path)
        switch node.type {
        case YAML_SEQUENCE_NODE:
            let items = node.data.sequence.items
            var elements: [JSON] = []
            for (index, item) in UnsafeBufferPointer(start: items.start, count: items.top - items.start).enumerated() {
                elements.append(try convert(item, path: "\(path)[\(index)]", depth: depth + 1))
            }
            return .array(elements)
        case YAML_MAPPING_NODE:
            return .object(try members(of: node, path: path, depth: depth))
        default:
            return try scalar(node, path: path)
        }
    }

    /// Own members, over those of what a merge key names (yaml.org/type/merge): they come first, as with PyYAML, and an own key
    /// of the same name has its value there.
    private mutating func members(of node: yaml_node_t, path: String, depth: Int) throws(ConfigurationError) -> [JSON.Member] {
        var taken: [JSON.Member] = []
        var own: [JSON.Member] = []
        var seen: Set<String> = []
        for pair in Self.pairs(of: node) {
            guard let key = yaml_document_get_node(document, pair.key)?.pointee, key.type == YAML_SCALAR_NODE else {
                throw failure(path, "a key that is not text")
            }
            let name = Self.text(of: key)
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            guard seen.insert(name).inserted else { throw failure(keyPath, "this key occurs twice") }
            if name == "<<", key.data.scalar.style == YAML_PLAIN_SCALAR_STYLE {
                taken = try bases(pair.value, path: keyPath, depth: depth + 1)
            } else {
                own.append(.init(name, try convert(pair.value, path: keyPath, depth: depth + 1)))
            }
        }
        if taken.isEmpty { return own }
        for member in own {
            if let index = taken.firstIndex(where: { $0.key == member.key }) { taken[index] = member } else { taken.append(member) }
        }
        return taken
    }

    /// What a merge key stands for: one mapping, or a list of which the first that has a key wins.
    private mutating func bases(_ index: Int32, path: String, depth: Int) throws(ConfigurationError) -> [JSON.Member] {
        let value = try convert(index, path: path, depth: depth)
        var sources = [value]
        if case .array(let elements) = value { sources = elements }
        var members: [JSON.Member] = []
        for source in sources {
            guard case .object(let found) = source else {
                throw failure(path, "\(source.shown) cannot be merged; expected an alias of a mapping, or a list of such")
            }
            for member in found where !members.contains(where: { $0.key == member.key }) { members.append(member) }
        }
        merged.insert(index)
        if let node = yaml_document_get_node(document, index)?.pointee, node.type == YAML_SEQUENCE_NODE {
            let items = node.data.sequence.items
            merged.formUnion(UnsafeBufferPointer(start: items.start, count: items.top - items.start))
        }
        return members
    }

    private func bases(of root: yaml_node_t) -> Set<String> {
        guard root.type == YAML_MAPPING_NODE else { return [] }
        let keys = Self.pairs(of: root).lazy.filter { merged.contains($0.value) }
            .compactMap { yaml_document_get_node(document, $0.key)?.pointee }
        return Set(keys.filter { $0.type == YAML_SCALAR_NODE }.map(Self.text))
    }

    private static func pairs(of node: yaml_node_t) -> UnsafeBufferPointer<yaml_node_pair_t> {
        let pairs = node.data.mapping.pairs
        return UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start)
    }

    /// A tag would make a value another kind than the one it looks like.
    private func checkTag(of node: yaml_node_t, path: String) throws(ConfigurationError) {
        let usual =
            switch node.type {
            case YAML_SEQUENCE_NODE: YAML_DEFAULT_SEQUENCE_TAG
            case YAML_MAPPING_NODE: YAML_DEFAULT_MAPPING_TAG
            default: YAML_DEFAULT_SCALAR_TAG
            }
        guard let tag = node.tag, String(cString: tag) != usual else { return }
        throw failure(path, "the tag \(OneLine.escaped(String(cString: tag))) is not accepted; write the value without one")
    }

    private func scalar(_ node: yaml_node_t, path: String) throws(ConfigurationError) -> JSON {
        let text = Self.text(of: node)
        guard node.data.scalar.style == YAML_PLAIN_SCALAR_STYLE else { return .string(text) }
        switch PlainScalar(text) {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let text): return .number(text)
        case .text: return .string(text)
        case .ambiguous(let advice): throw failure(path, "\(text) means different things to different YAML readers; \(advice)")
        }
    }

    private static func text(of node: yaml_node_t) -> String {
        String(decoding: UnsafeBufferPointer(start: node.data.scalar.value, count: node.data.scalar.length), as: UTF8.self)
    }
}
