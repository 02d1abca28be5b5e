// Which tables and keys of a TOML text may still be added to: TOML lets a table be opened once, lets dotted keys add to one
// only in the part of the text that began it, and closes for good what stands in braces or brackets.

import Base

/// The tree that a TOML text, or a table in braces, builds up.
struct TOMLTables {
    private final class Table {
        var order: [String] = []
        var members: [String: Node] = [:]

        var value: JSON {
            .object(
                order.map { key in
                    switch members[key] {
                    case .value(let value): .init(key, value)
                    case .table(let table): .init(key, table.value)
                    case nil: .init(key, .null)
                    }
                })
        }
    }

    private enum Node {
        case value(JSON)
        case table(Table)
    }

    private let root = Table()
    /// Opened by a header, or begun by dotted keys of an earlier part.
    private var closed: Set<[String]> = []
    /// Begun by dotted keys of the part that is being read.
    private var begun: Set<[String]> = []

    var value: JSON { root.value }

    /// `[path]`. Returns why that cannot be, nil when it can.
    mutating func open(_ path: [String]) -> String? {
        closed.formUnion(begun)
        begun = []
        guard closed.insert(path).inserted else { return "table \(Self.shown(path)) stands twice" }
        return table(at: path) == nil ? "\(Self.shown(path)) is a value, not a table" : nil
    }

    /// `path = value` in the table `header`. Returns why that cannot be, nil when it can.
    mutating func assign(_ value: JSON, to path: [String], under header: [String]) -> String? {
        let whole = header + path
        for count in header.count + 1..<max(whole.count, header.count + 1) {
            let parent = Array(whole[..<count])
            guard !closed.contains(parent) else { return "table \(Self.shown(parent)) is complete; a dotted key cannot add to it" }
            begun.insert(parent)
        }
        guard let key = path.last, let table = table(at: Array(whole.dropLast())) else {
            return "\(Self.shown(Array(whole.dropLast()))) is a value, not a table"
        }
        guard table.members[key] == nil else { return "\(Self.shown(whole)) stands twice" }
        table.order.append(key)
        table.members[key] = .value(value)
        return nil
    }

    /// The table at `path`, made where it is missing; nil where a value stands in the way.
    private func table(at path: [String]) -> Table? {
        var table = root
        for key in path {
            switch table.members[key] {
            case .table(let next): table = next
            case .value: return nil
            case nil:
                let next = Table()
                table.order.append(key)
                table.members[key] = .table(next)
                table = next
            }
        }
        return table
    }

    private static func shown(_ path: [String]) -> String { path.joined(separator: ".") }
}
