// The command of a run as it is kept: to be typed again, without secrets.

import Testing

@testable import Base

struct TypedCommandTests {
    @Test func secretsAreMasked() {
        let environment = ["SML_API_KEY": "sk-abcdef", "my_token": "tok-12345", "HOME": "/home/x"]
        let typed = [
            "/usr/bin/sml", "loadtest", "--header", "Authorization: Bearer abc", "--url=https://me:pw@h/p?key=1#f", "--x", "sk-abcdef",
            "a tok-12345 b", "/home/x", "k\nl",
        ]
        #expect(
            TypedCommand.shown(typed, environment: environment, secrets: ["other"])
                == [
                    "sml", "loadtest", "--header", "Authorization: ****", "--url=https://****:****@h/p?****", "--x", "****", "a **** b",
                    "/home/x", #"k\u{a}l"#,
                ])
        #expect(TypedCommand.shown(["sml", "other"], secrets: ["other", nil, ""]) == ["sml", "****"])
    }

    @Test func itIsBounded() {
        let shown = TypedCommand.shown(["sml"] + (0..<500).map { _ in String(repeating: "x", count: 5_000) })
        #expect(shown.count == 201 && shown.last == "… 301 more" && shown.allSatisfy { $0.utf8.count < 5_000 })
        #expect(TypedCommand.shown([]).isEmpty)
    }

    @Test func itCanBeTypedAgain() {
        #expect(TypedCommand.quoted(["sml", "--a", "", "x y", "it's", "http://h/v1"]) == #"sml --a '' 'x y' 'it'\''s' http://h/v1"#)
    }
}
