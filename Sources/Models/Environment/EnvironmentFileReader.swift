// The kinds of values in an environment file, each with its error.

import Base
import Scenarios

struct EnvironmentFileReader {
    let file: String

    func failure(_ path: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(.usage, "\(file): \(path): \(reason)")
    }

    private func unexpected(_ path: String, _ value: JSON, _ accepted: String) -> ConfigurationError {
        failure(path, "\(value.shown) is not accepted; expected \(accepted)")
    }

    func members(_ value: JSON, path: String) throws -> [JSON.Member] {
        guard case .object(let members) = value else { throw unexpected(path, value, "a table") }
        return members
    }

    func text(_ value: JSON, path: String) throws -> String {
        guard case .string(let text) = value, !text.isEmpty,
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw unexpected(path, value, "text on one line, in quotes") }
        return text
    }

    func flag(_ value: JSON, path: String) throws -> Bool {
        guard case .bool(let flag) = value else { throw unexpected(path, value, "true or false") }
        return flag
    }

    func list(_ value: JSON, path: String) throws -> [String] {
        guard case .array(let elements) = value else { throw unexpected(path, value, "a list of texts") }
        return try elements.enumerated().map { try text($1, path: "\(path)[\($0)]") }
    }

    func oneOrMore(_ value: JSON, path: String) throws -> [String] {
        if case .string = value { [try text(value, path: path)] } else { try list(value, path: path) }
    }

    func absolute(_ value: JSON, path: String) throws -> String {
        let text = try text(value, path: path)
        guard text.hasPrefix("/") || text.hasPrefix("$") else { throw unexpected(path, value, "an absolute path") }
        return text
    }

    /// `SOURCE`, `SOURCE:TARGET` or `SOURCE:TARGET:FLAGS`; a part may begin with a variable.
    func mount(_ text: String) throws -> String {
        let parts = text.unicodeScalars.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
            parts.prefix(2).allSatisfy({ $0.first == "/" || $0.first == "$" }), !text.containsScalar(of: ",")
        else { throw unexpected("mounts", .string(text), "\"/source\", \"/source:/target\" or \"/source:/target:flags\", without commas") }
        return text
    }

    func variables(_ value: JSON) throws -> [String: String] {
        var variables: [String: String] = [:]
        for member in try members(value, path: "env") {
            let path = "env.\(member.key)"
            guard VariableName.isOne(member.key) else {
                throw failure(path, "is no name of a variable; expected letters, digits and _")
            }
            guard case .string(let text) = member.value else { throw unexpected(path, member.value, "text in quotes") }
            variables[member.key] = text
        }
        return variables
    }

    /// `com.hooks.cxi.enabled = "true"`, however it is nested.
    func leaves(_ value: JSON, path: String) throws -> [String: String] {
        var leaves: [String: String] = [:]
        for member in try members(value, path: path) {
            let inner = "\(path).\(member.key)"
            if case .object = member.value {
                leaves.merge(try self.leaves(member.value, path: inner)) { $1 }
            } else {
                leaves[String(inner.dropFirst("annotations.".count))] = try text(member.value, path: inner)
            }
        }
        return leaves
    }
}
