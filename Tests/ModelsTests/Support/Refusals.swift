// What a refusal says, for tests that hold it against one line.

import Submit
import Testing

/// The text of the usage error that `body` throws.
func refusal<Result>(_ body: () throws -> Result, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
        _ = try body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
        return ""
    } catch SubmitError.usage(let text) {
        #expect(!text.contains("\n"), sourceLocation: sourceLocation)
        return text
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
        return ""
    }
}
