// `sml.timeline` and `sml.distributions` of a summary, both ways. Columns of numbers, so that a table of them is one line of
// a program; docs/METRICS.md describes each member.

import Base

enum TimelineDocument {
    typealias Column = (name: String, member: WritableKeyPath<Timeline.Bucket, UInt64> & Sendable)

    static let columns: [Column] = [
        ("started", \.started), ("finished", \.finished), ("failed", \.failed), ("interrupted", \.interrupted), ("dropped", \.dropped),
        ("output_tokens", \.outputTokens), ("connections_opened", \.connectionsOpened), ("start_lateness_us", \.lateness),
        ("start_lateness_max_us", \.mostLateness),
    ]
    static let durations: [(name: String, member: WritableKeyPath<Timeline.Bucket, DurationCounts> & Sendable)] = [
        ("latency_ms", \.latency), ("ttft_ms", \.firstToken), ("tpot_ms", \.timePerToken),
    ]
    static let generator: [(name: String, member: WritableKeyPath<GeneratorStep, UInt64> & Sendable)] = [
        ("samples", \.samples), ("in_flight_max", \.mostInFlight), ("vus", \.virtualUsers), ("loop_delay_us", \.loopDelay),
        ("beats", \.beats), ("late_beats", \.lateBeats), ("run_queue_wait_us", \.runQueueWait), ("throttled_us", \.throttled),
        ("stolen_us", \.stolen), ("cpu_us", \.cpu), ("resident_bytes", \.residentBytes),
    ]

    static func json(_ timeline: Timeline?) -> JSON {
        guard let timeline else { return .null }
        let buckets = timeline.buckets
        func column(_ member: KeyPath<Timeline.Bucket, UInt64>) -> JSON { .array(buckets.map { .count($0[keyPath: member]) }) }
        var members: [(String, JSON)] = [
            ("step_seconds", .int(timeline.width)),
            ("asked", buckets.contains { $0.asked > 0 } ? column(\.asked) : .null),
        ]
        members += columns.map { ($0.name, column($0.member)) }
        members += durations.map { duration in
            let all = buckets.map { $0[keyPath: duration.member] }
            return (duration.name, all.contains { !$0.isEmpty } ? DistributionsDocument.json(all) : .null)
        }
        let kinds = buckets.map(\.failures.count).max() ?? 0
        members.append(
            (
                "failures",
                .array(
                    (0..<kinds).map { kind in
                        .array(buckets.map { .int(kind < $0.failures.count ? $0.failures[kind] : 0) })
                    })
            ))
        members.append(
            (
                "generator",
                buckets.contains { $0.generator.samples > 0 }
                    ? .object(
                        [("in_flight", .array(buckets.map { $0.generator.meanInFlight.map { .double(thousandths($0)) } ?? .null }))]
                            + generator.map { part in
                                (part.name, .array(buckets.map { .count($0.generator[keyPath: part.member]) }))
                            }) : .null
            ))
        return .object(members)
    }

    private static func thousandths(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

extension Timeline {
    /// Nil when there is none or it cannot be one. A column that is short has zeros in its place.
    init?(_ json: JSON?) {
        guard let json, let width = json["step_seconds"]?.integer, (1...1 << 32).contains(width) else { return nil }
        let steps = json["finished"]?.elements.count ?? 0
        guard (1...Self.capacity).contains(steps) else { return nil }
        var buckets = [Bucket](repeating: Bucket(), count: steps)
        func read(_ column: JSON?, _ take: (inout Bucket, JSON) -> Void) {
            for (index, value) in (column?.elements ?? []).prefix(steps).enumerated() { take(&buckets[index], value) }
        }
        read(json["asked"]) { $0.asked = $1.count }
        for column in TimelineDocument.columns { read(json[column.name]) { $0[keyPath: column.member] = $1.count } }
        for part in TimelineDocument.durations {
            for (index, found) in DistributionsDocument.all(json[part.name]).prefix(steps).enumerated() {
                buckets[index][keyPath: part.member] = found
            }
        }
        for row in (json["failures"]?.elements ?? []).prefix(Self.failureKinds) {
            for index in buckets.indices {
                let values = row.elements
                buckets[index].failures.append(index < values.count ? UInt32(clamping: values[index].count) : 0)
            }
        }
        for part in TimelineDocument.generator {
            read(json[path: "generator", part.name]) { $0.generator[keyPath: part.member] = $1.count }
        }
        read(json[path: "generator", "in_flight"]) { bucket, mean in
            guard let mean = mean.number, mean >= 0, mean < 1e9 else { return }
            bucket.generator.inFlight = UInt64((mean * Double(min(bucket.generator.samples, 1 << 30))).rounded())
        }
        self.init(width: width, buckets: buckets)
    }
}
