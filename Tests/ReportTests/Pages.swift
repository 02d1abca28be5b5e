// A page as a test reads it: whole, every link of it leading somewhere, and what strangers may write into it.

import Foundation
import Testing

@testable import Report

enum Pages {
    static func text(_ contents: ReportContents) -> String { String(decoding: ReportPage.bytes(contents, nonce: "n0nce"), as: UTF8.self) }

    /// Elements of HTML that have no end.
    private static let empty: Set = ["meta", "br"]

    /// Every element is closed where it must be; returns all start tags.
    static func tags(_ page: String) throws -> [String] {
        var open: [String] = []
        var tags: [String] = []
        var rest = Substring(page)
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            if rest.hasPrefix("!doctype") { continue }
            let end = try #require(rest.firstIndex(of: ">"))
            let tag = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                #expect(open.popLast() == String(tag.dropFirst()))
                continue
            }
            tags.append(tag)
            let name = String(tag.prefix { $0 != " " })
            if !empty.contains(name) { open.append(name) }
            // What stands in them is no markup.
            if name == "script" || name == "style" {
                let close = try #require(rest.range(of: "</\(name)>"))
                rest = rest[close.lowerBound...]
            }
        }
        #expect(open.isEmpty)
        return tags
    }

    /// No id twice, and every link of the page's own leads to one.
    static func checkLinks(_ page: String) throws {
        let ids = page.components(separatedBy: " id=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(Set(ids).count == ids.count)
        for target in page.components(separatedBy: "href=\"#").dropFirst().map({ String($0.prefix { $0 != "\"" }) }) {
            #expect(ids.contains(target), "\(target)")
        }
    }

    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(1)//", "' onmouseover='alert(1)",
        "<!--", "]]>", "&lt;b&gt;", "\u{202E}txt.exe\u{2066}", "عربى-label", "\u{0}\u{1B}[31mred", "</title></style></svg></bdi>",
        "javascript:alert(1)", "{{constructor}}", String(repeating: "<b>&", count: 2_560),
    ]
}
