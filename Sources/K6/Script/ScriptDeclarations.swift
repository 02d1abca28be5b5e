// What a k6 script declares to the outside: the variables it reads, the metrics it makes, the modules it loads, what
// it exports and where it sends requests.

struct ScriptDeclarations {
    /// `__ENV.NAME`, `__ENV["NAME"]`. A computed name counts as `[…]`, which no packaged script reads.
    var variables: Set<String> = []
    /// `new Trend("name")` and the other three kinds.
    var metrics: Set<String> = []
    /// `import … from "module"`, `require("module")`.
    var modules: Set<String> = []
    /// `export const name`, `export function name`, `export default`.
    var exports: Set<String> = []
    /// The members of `export const options = { … }` at its first level.
    var options: Set<String> = []
    /// `http.name(`.
    var httpCalls: Set<String> = []
    /// URL paths of an API, `/v1/…`, wherever they stand in the code.
    var paths: Set<String> = []
    var strings: Set<String>

    init(_ text: ScriptText) {
        strings = Set(text.strings)
        paths = Self.paths(Array(text.code.utf8))
        let tokens = Self.tokens(text.code)
        for (index, token) in tokens.enumerated() {
            func next(_ offset: Int) -> Substring {
                tokens.indices.contains(index + offset) ? tokens[index + offset] : ""
            }
            switch token {
            case "__ENV" where next(1) == ".": variables.insert(String(next(2)))
            case "__ENV": variables.insert(next(1) == "[" ? Self.content(next(2)) ?? "[…]" : "[…]")
            case "Trend" where next(-1) == "new", "Counter" where next(-1) == "new", "Rate" where next(-1) == "new",
                "Gauge" where next(-1) == "new":
                metrics.insert(Self.content(next(2)) ?? "[…]")
            case "import" where next(1) == "(": modules.insert("[…]")
            case "from", "import":
                if let module = Self.content(next(1)) { modules.insert(module) }
            case "require" where next(1) == "(", "open" where next(1) == "(":
                // `open(__ENV.PROMPTS_FILE)` is how the corpus is read; a literal name would be another file.
                if let module = Self.content(next(2)) { modules.insert(module) }
            case "export": exports.insert(Self.exported(next(1), next(2), next(3)))
            case "http" where next(1) == "." && next(-1) != ".": httpCalls.insert(String(next(2)))
            case "options" where next(1) == "=" && next(2) == "{":
                options.formUnion(Self.members(tokens[(index + 3)...]))
            default: break
            }
        }
    }

    private static func exported(_ first: Substring, _ second: Substring, _ third: Substring) -> String {
        switch first {
        case "default": "default"
        case "async": String(third)
        case "const", "let", "var", "function", "class": String(second)
        default: String(first)
        }
    }

    /// Names before a colon, until the brace that was open closes. `...name` and shorthand members count too.
    private static func members(_ tokens: ArraySlice<Substring>) -> Set<String> {
        var found: Set<String> = []
        var depth = 0
        var atStart = true
        for token in tokens {
            if depth == 0, atStart, token != "}", token != "," { found.insert(content(token) ?? String(token)) }
            switch token {
            case "{", "[", "(": depth += 1
            case "}", "]", ")": depth -= 1
            default: break
            }
            if depth < 0 { break }
            atStart = depth == 0 && token == ","
        }
        return found
    }

    /// The inside of a string literal.
    private static func content(_ token: Substring) -> String? {
        guard let quote = token.first, "\"'`".contains(quote), token.count >= 2 else { return nil }
        return String(token.dropFirst().dropLast())
    }

    /// Words, string literals with their quotes, and single other characters; no blanks. What a template literal
    /// computes follows it.
    private static func tokens(_ code: String) -> [Substring] {
        var tokens: [Substring] = []
        var rest = code[...]
        while let first = rest.first {
            var end = rest.index(after: rest.startIndex)
            if first.isWhitespace {
                rest = rest[end...]
                continue
            }
            if "\"'`".contains(first) {
                while end < rest.endIndex, rest[end] != first {
                    end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1, limitedBy: rest.endIndex) ?? rest.endIndex
                }
                if end < rest.endIndex { end = rest.index(after: end) }
            } else if isWord(first) {
                end = rest.firstIndex { !isWord($0) } ?? rest.endIndex
            }
            tokens.append(rest[..<end])
            if first == "`" { tokens += substitutions(rest[..<end]).flatMap(Self.tokens) }
            rest = rest[end...]
        }
        return tokens
    }

    /// The insides of `${…}`.
    private static func substitutions(_ template: Substring) -> [String] {
        var found: [String] = []
        var depth = 0
        var previous: Character?
        for character in template {
            if depth > 0 {
                if character == "{" { depth += 1 }
                if character == "}" { depth -= 1 }
                if depth > 0 { found[found.count - 1].append(character) }
            } else if previous == "$", character == "{" {
                depth = 1
                found.append("")
            }
            previous = character
        }
        return found
    }

    private static func paths(_ code: [UInt8]) -> Set<String> {
        let prefix = Array("/v1/".utf8)
        var found: Set<String> = []
        for start in code.indices where code[start...].starts(with: prefix) {
            let path = code[start...].prefix { byte in
                byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") || isWord(Character(UnicodeScalar(byte)))
            }
            found.insert(String(decoding: path, as: UTF8.self))
        }
        return found
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "$"
    }
}
