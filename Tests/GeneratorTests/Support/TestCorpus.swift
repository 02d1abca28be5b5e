// The smallest corpus a run can have.

import Scenarios

let testBody = #"{"messages":[{"role":"user","content":"hello"}],"temperature":1,"stream":false}"#

func testCorpus(content: String = "hello") throws -> Corpus {
    try Array(#"[{"content":"\#(content)","label":"short"}]"#.utf8).withUnsafeBytes {
        try Corpus.load(bytes: $0, file: "test", options: CorpusOptions())
    }
}
