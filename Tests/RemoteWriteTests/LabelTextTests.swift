// Label texts stay within what receivers take, stay different, and stay UTF-8.

import Testing

@testable import RemoteWrite

@Suite struct LabelTextTests {
    private func value(_ text: String) -> String {
        SeriesLabels(name: "a", labels: ["l": text]).decoded.first { $0.name == "l" }?.value ?? ""
    }

    @Test func valuesUpTo2048BytesAreUnchanged() {
        for text in ["x", String(repeating: "x", count: 2048), String(repeating: "é", count: 1024)] { #expect(value(text) == text) }
    }

    @Test(arguments: ["x", "é", "€", "\u{1F980}", "e\u{301}", "x\u{1F980}"])
    func longerOnesAreCutAtAScalar(_ unit: String) {
        for offset in 0..<4 {
            let text = String(repeating: "-", count: offset) + String(repeating: unit, count: 3000)
            let cut = value(text)
            #expect(cut.utf8.count <= 2048 && cut.utf8.count > 2040)
            #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
            let kept = cut.unicodeScalars.prefix { $0 != "_" }
            #expect(Array(text.unicodeScalars.prefix(kept.count)) == Array(kept))
        }
    }

    @Test func whatDiffersBeyondTheCutStaysDifferentAndTheSameEverywhere() {
        let long = String(repeating: "x", count: 5000)
        #expect(value(long + "a") != value(long + "b"))
        // As another task, another process, would write it.
        #expect(
            value(long).hasSuffix(
                "_cut_\(String(repeating: "x", count: 5000).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }.hex)"
            ))
    }

    @Test func namesAreCutToo() {
        let name = "n" + String(repeating: "é", count: 2000)
        let labels = SeriesLabels(name: name, labels: [name: "v"]).decoded
        #expect(labels.allSatisfy { $0.name.utf8.count <= 1024 && $0.value.utf8.count <= 2048 })
        #expect(labels.contains { $0.value == "v" && $0.name.wholeMatch(of: /n_+cut_[0-9a-f]{16}/) != nil })
    }
}

extension UInt64 {
    fileprivate var hex: String { String(repeating: "0", count: 16 - String(self, radix: 16).count) + String(self, radix: 16) }
}
