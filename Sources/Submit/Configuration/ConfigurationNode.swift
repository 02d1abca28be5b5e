// SML's configuration file is a tree of named nodes that describe questions and hold their answers. The tree is kept
// whole, also the nodes we do not use, so that a file goes back to the Python `sml` with nothing lost. Keys of a node
// are its type's and no others: SML refuses such a file too.

import Base
import Scenarios

/// One node of `config.yml`.
struct ConfigurationNode: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case text(value: String?, standard: String?)
        case password(value: String?)
        /// `options` is the table of answers with title and description, kept as it is.
        case options(value: String?, options: JSON)
        case chain([ConfigurationNode])
        /// What else is asked depends on the head's answer; a branch may be empty.
        indirect case branch(head: ConfigurationNode, branches: [Branch])
    }

    struct Branch: Sendable, Equatable {
        var key: String
        var node: ConfigurationNode?
    }

    var name: String
    var kind: Kind

    // MARK: Values

    /// The answer of the first node called `name`, in the order of the file, as SML looks it up.
    func value(_ name: String) -> String? {
        switch kind {
        case .text(let value, _), .password(let value), .options(let value, _):
            self.name == name ? value : nil
        case .chain(let nodes): nodes.lazy.compactMap { $0.value(name) }.first
        case .branch(let head, let branches):
            head.value(name) ?? branches.lazy.compactMap { $0.node?.value(name) }.first
        }
    }

    /// Sets the answer of every node called `name`; false if there is none.
    @discardableResult mutating func set(_ name: String, _ value: String?) -> Bool {
        change(name) { node in
            switch node.kind {
            case .text(_, let standard): node.kind = .text(value: value, standard: standard)
            case .password: node.kind = .password(value: value)
            case .options(_, let options): node.kind = .options(value: value, options: options)
            case .chain, .branch: break
            }
        }
    }

    func holds(_ name: String) -> Bool {
        var copy = self
        return copy.change(name) { _ in }
    }

    @discardableResult mutating func rename(_ old: String, to new: String) -> Bool {
        change(old) { $0.name = new }
    }

    @discardableResult mutating func change(_ name: String, _ body: (inout ConfigurationNode) -> Void) -> Bool {
        var found = false
        if self.name == name {
            body(&self)
            found = true
        }
        switch kind {
        case .text, .password, .options: break
        case .chain(var nodes):
            for index in nodes.indices where nodes[index].change(name, body) { found = true }
            kind = .chain(nodes)
        case .branch(var head, var branches):
            if head.change(name, body) { found = true }
            for index in branches.indices where branches[index].node?.change(name, body) == true { found = true }
            kind = .branch(head: head, branches: branches)
        }
        return found
    }
}
