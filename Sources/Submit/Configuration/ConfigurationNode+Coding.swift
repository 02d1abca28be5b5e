// A node from and to the tree that YAML is read into.

import Base
import Scenarios

/// What is wrong with a node and where.
struct NodeError: Error, CustomStringConvertible {
    var path: String
    var reason: String
    var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

extension ConfigurationNode {
    init(_ value: JSON, path: String = "") throws(NodeError) {
        let fields = try NodeFields(value, path: path)
        name = try fields.text("name")
        let type = try fields.text("type")
        switch type {
        case "text":
            try fields.requireKeys(["name", "type", "value", "default"])
            kind = .text(value: try fields.optionalText("value"), standard: try fields.optionalText("default"))
        case "password":
            try fields.requireKeys(["name", "type", "value"])
            kind = .password(value: try fields.optionalText("value"))
        case "options":
            try fields.requireKeys(["name", "type", "value", "options"])
            kind = .options(value: try fields.optionalText("value"), options: value["options"] ?? .null)
        case "chain":
            try fields.requireKeys(["name", "type", "chain"])
            guard case .array(let elements)? = value["chain"] else { throw fields.error("chain", "expected a list") }
            var nodes: [ConfigurationNode] = []
            for (index, element) in elements.enumerated() {
                nodes.append(try ConfigurationNode(element, path: fields.path(of: "chain") + "[\(index)]"))
            }
            kind = .chain(nodes)
        case "branch":
            try fields.requireKeys(["name", "type", "head_configuration", "branches"])
            kind = try Self.branch(value, fields)
        default:
            throw fields.error(
                "type",
                "\(JSON.string(type).shown) is not accepted; expected text, password, "
                    + "options, chain or branch")
        }
    }

    private static func branch(_ value: JSON, _ fields: NodeFields) throws(NodeError) -> Kind {
        guard let head = value["head_configuration"] else {
            throw fields.error("head_configuration", "is missing")
        }
        let headNode = try ConfigurationNode(head, path: fields.path(of: "head_configuration"))
        guard case .options = headNode.kind else {
            throw fields.error("head_configuration", "expected a node of type options")
        }
        guard case .object(let members)? = value["branches"] else {
            throw fields.error("branches", "expected one node for each option")
        }
        var branches: [Branch] = []
        for member in members {
            let node: ConfigurationNode? =
                member.value == .null
                ? nil : try ConfigurationNode(member.value, path: fields.path(of: "branches.\(member.key)"))
            branches.append(Branch(key: member.key, node: node))
        }
        return .branch(head: headNode, branches: branches)
    }

    /// With sorted keys, as SML writes it.
    var configValue: JSON {
        var members: [JSON.Member] = [.init("name", .string(name))]
        func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        switch kind {
        case .text(let value, let standard):
            members += [.init("type", .string("text")), .init("value", text(value)), .init("default", text(standard))]
        case .password(let value):
            members += [.init("type", .string("password")), .init("value", text(value))]
        case .options(let value, let options):
            members += [.init("type", .string("options")), .init("value", text(value)), .init("options", options)]
        case .chain(let nodes):
            members += [.init("type", .string("chain")), .init("chain", .array(nodes.map(\.configValue)))]
        case .branch(let head, let branches):
            members += [
                .init("type", .string("branch")), .init("head_configuration", head.configValue),
                .init("branches", .object(branches.map { .init($0.key, $0.node?.configValue ?? .null) })),
            ]
        }
        return .object(members.sorted { $0.key < $1.key })
    }
}

/// One node's keys while it is read.
private struct NodeFields {
    let members: [JSON.Member]
    let path: String

    init(_ value: JSON, path: String) throws(NodeError) {
        guard case .object(let members) = value else {
            throw NodeError(path: path, reason: "\(value.shown) is not accepted; expected a node with name and type")
        }
        self.members = members
        self.path = path
    }

    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    func error(_ key: String, _ reason: String) -> NodeError { NodeError(path: path(of: key), reason: reason) }

    func text(_ key: String) throws(NodeError) -> String {
        guard let text = try optionalText(key) else { throw error(key, "is missing") }
        return text
    }

    func optionalText(_ key: String) throws(NodeError) -> String? {
        switch members.first(where: { $0.key == key })?.value {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let value?: throw error(key, "\(value.shown) is not accepted; expected text (in quotes)")
        }
    }

    func requireKeys(_ accepted: [String]) throws(NodeError) {
        for member in members where !accepted.contains(member.key) {
            throw error(member.key, "unknown key; accepted are \(accepted.joined(separator: ", "))")
        }
    }
}
