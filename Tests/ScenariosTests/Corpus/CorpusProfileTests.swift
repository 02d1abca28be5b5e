// A corpus described, held against what was put into it.

import Base
import ScenarioFiles
import Testing

@testable import Scenarios

@Suite struct CorpusProfileTests {
    private func profile(_ text: String) throws -> CorpusProfile {
        CorpusProfile(of: try Corpus.load(text: text), file: "p.json", size: text.utf8.count)
    }

    @Test func lengthsByLabel() throws {
        let entries = (1...100).map { "{\"content\":\"\(String(repeating: "é", count: $0))\",\"label\":\"a\"}" }
        let profile = try profile("[" + entries.joined(separator: ",") + #",{"content":"\ud83d\ude00\n","max_tokens":7}]"#)
        let a = profile.labels[0].characters
        #expect([a.count, a.least, a.median, a.p95, a.most, a.total] == [100, 1, 50, 95, 100, 5_050])
        #expect(profile.labels[1].label == Corpus.unlabelled && profile.labels[1].characters.most == 2)
        #expect(profile.labels[1].limits?.median == 7 && profile.labels[0].limits == nil)
        #expect(profile.all.characters.count == 101 && profile.all.limits?.count == 1)
    }

    /// All text of a conversation counts, and a picture has none.
    @Test func messages() throws {
        let profile = try profile(
            #"[{"messages":[{"role":"system","content":"abc"},{"role":"user","content":[{"type":"text","text":"de"},{"type":"image_url","image_url":{"url":"data:xxxxxxxx"}}]}]}]"#
        )
        #expect(profile.all.characters.total == 5)
    }

    @Test func repeatsAndBeginnings() throws {
        let common = String(repeating: "x", count: 300)
        let texts = [common + "1", common + "1", common + "2", common + "é", common + "è", String(repeating: "x", count: 70), "xx"]
        let profile = try profile("[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]")
        #expect(profile.distinct == 6 && profile.repeating == 2 && profile.mostFrequent == 2)
        // 64: all but the last; 256: the first five; more: nobody is so long.
        #expect(profile.prefixes.map(\.entries) == [6, 5, 0, 0] && profile.prefixes.map(\.largest) == [6, 5, 0, 0])
        #expect(profile.commonPrefix == 2)
        // The two bytes of é and è begin alike; half a character is none.
        #expect(try self.profile("[\"\(common)é\",\"\(common)è\"]").commonPrefix == 300)
        #expect(try self.profile(#"["a","b"]"#).commonPrefix == 0)
        #expect(try self.profile(#"["abc"]"#).commonPrefix == 3)
    }

    @Test func packagedOne() throws {
        let profile = CorpusProfile(of: try PackagedCorpus.load(options: CorpusOptions()), file: PackagedCorpus.name, size: nil)
        #expect(profile.all.characters.count == 16 && profile.distinct == 16 && profile.labels.map(\.label) == ["short", "medium", "long"])
        #expect(profile.all.limits?.count == 16 && profile.reading.note == nil && profile.reading.warning == nil)
    }

    @Test func text() throws {
        let long = String(repeating: "Wörter ", count: 400_000)
        let profile = try profile(
            #"[{"content":"hi there","label":"short","max_token":1,"temperature":0},"#
                + #"{"content":"\#(long)","label":"an extraordinarily long label","max_tokens":1000000000},{"prompt":"hi there"}]"#)
        let text = profile.text()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0] == "p.json: 3 prompts (JSON array, 3.2 MB)")
        #expect(lines[1] == "form            read 2 prompts, 1 object with a prompt, each one user message")
        #expect(lines[3] == "                                      characters   tokens (est.)      max_tokens")
        #expect(lines[4] == "label            entries  median     p95     max  median     max  median     max")
        #expect(lines[5] == "short                  1       8       8       8       2       2       -       -")
        #expect(lines[6] == "an extraordina…        1    2.8M    2.8M    2.8M 700,000 700,000    1.0G    1.0G")
        #expect(lines[8] == "all                    3       8    2.8M    2.8M       2 700,000    1.0G    1.0G")
        #expect(
            text.contains(
                "repeats         2 different texts; 2 entries have one that another has too, the\n                most frequent 2 times\n"))
        #expect(text.contains("beginnings      0.0% of the entries share their first 64 characters with\n"))
        #expect(text.contains("not sent        max_token (1 entry; did you mean max_tokens?)\n"))
        #expect(text.contains("request keys    temperature (1 entry)\n") && text.contains("\ntokens          estimated: characters / 4"))
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func document() throws {
        let document = try profile(#"[{"content":"abcd","lable":"x","top_p":1},{"content":"abcdefgh"}]"#).document()
        #expect(
            document["all"]?["characters"]
                == .object([
                    .init("min", .number("4")), .init("median", .number("4")), .init("p95", .number("8")), .init("max", .number("8")),
                    .init("total", .number("12")),
                ]))
        #expect(document["all"]?["estimated_tokens"]?["total"] == .number("3") && document["common_prefix_characters"] == .number("4"))
        #expect(document["keys_not_sent"]?.json() == #"[{"key":"lable","entries":1,"why":"did you mean label?"}]"#)
        #expect(document["request_keys"]?.json() == #"[{"key":"top_p","entries":1}]"#)
        #expect(document["format"] == .string("JSON array") && document["repeats"]?["distinct"] == .number("2"))
        // A program reads it back.
        #expect(try JSON.parse(document.prettyJSON()) == document)
    }
}
