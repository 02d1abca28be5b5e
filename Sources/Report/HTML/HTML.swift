// Markup that can only be made of parts that are safe: names are literals of this program, everything else is text and
// escaped here. Labels, model names and servers' words come from strangers. A template library (swift-mustache) would do it
// too, but links all of Foundation: a program of 13.6 MB with it had 58.0, and `sml` shall stay below 25.

import Base

/// A piece of an HTML document.
package struct HTML: Sendable, Equatable {
    package private(set) var markup: String

    private init(markup: String) { self.markup = markup }

    package static let nothing = HTML(markup: "")

    /// Text of anybody: markup, control characters and what turns the direction of writing show as what they are. Isolated,
    /// so that Hebrew in a label does not turn the figures after it.
    package static func foreign(_ text: String, most: Int = 2_000) -> HTML {
        let shown = OneLine.escaped(cut(text, most))
        return HTML(markup: "<bdi>" + escaped(shown) + "</bdi>")
    }

    /// Text of ours, or of figures.
    package static func text(_ text: String) -> HTML { HTML(markup: escaped(OneLine.lines(text))) }

    /// Without end of text of its own: `br`, `meta`, `rect`.
    package static func empty(_ name: StaticString, _ attributes: [Attribute] = []) -> HTML {
        HTML(markup: "<\(name)\(attributes.map(\.markup).joined())>")
    }

    package static func element(_ name: StaticString, _ attributes: [Attribute] = [], _ children: [HTML] = []) -> HTML {
        var markup = "<\(name)"
        for attribute in attributes { markup += attribute.markup }
        markup += ">"
        for child in children { markup += child.markup }
        return HTML(markup: markup + "</\(name)>")
    }

    package static func element(_ name: StaticString, _ attributes: [Attribute] = [], _ text: String) -> HTML {
        element(name, attributes, [.text(text)])
    }

    package static func joined(_ parts: [HTML]) -> HTML { HTML(markup: parts.map(\.markup).joined()) }

    /// Style or script of ours, which nothing is put into.
    static func asset(_ name: StaticString, _ attributes: [Attribute] = [], _ bytes: [UInt8]) -> HTML {
        HTML(markup: "<\(name)\(attributes.map(\.markup).joined())>\n\(String(decoding: bytes, as: UTF8.self))</\(name)>")
    }

    /// Data for our script. In a script's element nothing is escaped but what would end it, which JSON can say otherwise.
    static func data(_ json: JSON) -> HTML {
        let text = json.json(escaping: .unprintable).replacing("<", with: "\\u003c")
        return HTML(markup: #"<script type="application/json">"# + text + "</script>")
    }

    package struct Attribute: Sendable {
        fileprivate let markup: String
        package init(_ name: StaticString, _ value: String) { markup = " \(name)=\"\(HTML.escaped(OneLine.escaped(value)))\"" }
        package init(_ name: StaticString, path: String) { markup = " \(name)=\"\(HTML.escaped(path))\"" }
        package init(_ name: StaticString) { markup = " \(name)" }
        package static func `class`(_ value: String) -> Self { Self("class", value) }
    }

    /// Its beginning, and how much there is of it.
    static func cut(_ text: String, _ most: Int) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > most, scalars.count > most else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(most))) + "… (\(scalars.count) characters)"
    }

    fileprivate static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
