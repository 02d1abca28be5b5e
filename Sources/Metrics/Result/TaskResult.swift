// What became of each task of a run of several: `sml.tasks`. A lost one, and a node that was late, are to be seen
// without looking for them.

enum TaskSection {
    static func value(_ tasks: [TaskOutcome]) -> JSON {
        let lost = tasks.filter { $0.state != .complete }
        return .object([
            ("count", .int(Int64(tasks.count))),
            ("lost", .array(lost.map { .int(Int64($0.index)) })),
            ("each", .array(tasks.map(entry))),
        ])
    }

    private static func entry(_ task: TaskOutcome) -> JSON {
        .object([
            ("task", .int(Int64(task.index))),
            ("state", .string(task.state.rawValue)),
            ("outcome", task.outcome.map { .string($0.kind.rawValue) } ?? .null),
            ("host", .string(task.host)),
            ("workers", .int(Int64(task.workers))),
            ("started", .int(Int64(task.started.total))),
            ("finished", .int(Int64(task.finished.total))),
            ("start_lateness_ms", SMLSection.trend(task.startLateness)),
        ])
    }
}
