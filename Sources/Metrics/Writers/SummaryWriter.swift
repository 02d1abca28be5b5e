// The result of a run as one document. k6 wrote one of two schemas at random (k6 §8.1); ours is both at once, their
// keys do not collide, plus an `sml` object with what k6 lacks. docs/METRICS.md describes every member.

import Base

enum SummaryWriter {
    static func document(_ result: RunResult) -> JSON {
        .object(K6HandleSummaryWriter.members(result) + K6ExportWriter.members(result) + [("sml", .object(SMLWriter.members(result)))])
    }
}
