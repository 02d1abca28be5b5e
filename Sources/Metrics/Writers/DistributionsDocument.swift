// Counts of durations in a summary: shortest and longest beside a row of numbers, the first of which is the cell that the
// others begin with; a negative one stands for so many empty cells.

import Base

enum DistributionsDocument {
    /// Of many, as columns.
    static func json(_ all: [DurationCounts]) -> JSON {
        .object([
            ("min", .array(all.map { JSON($0.shortest) })), ("max", .array(all.map { JSON($0.longest) })),
            ("counts", .array(all.map(counts))),
        ])
    }

    static func json(_ one: DurationCounts) -> JSON {
        .object([("min", JSON(one.shortest)), ("max", JSON(one.longest)), ("counts", counts(one))])
    }

    static func json(_ all: Distributions?) -> JSON {
        guard let all else { return .null }
        func orNull(_ counts: DurationCounts) -> JSON { counts.isEmpty ? .null : json(counts) }
        return .object([
            ("end_to_end_ms", orNull(all.latency)), ("end_to_end_from_schedule_ms", orNull(all.fromSchedule)),
            ("ttft_ms", orNull(all.firstToken)), ("tpot_ms", orNull(all.timePerToken)),
            ("labels", .array(all.labels.map { .object([("label", .string($0.name)), ("end_to_end_ms", json($0.latency))]) })),
        ])
    }

    private static func counts(_ one: DurationCounts) -> JSON {
        guard !one.isEmpty else { return .array([]) }
        var row: [JSON] = [.int(one.first)]
        var empty = 0
        for count in one.counts {
            guard count > 0 else {
                empty += 1
                continue
            }
            if empty > 0 { row.append(.int(-empty)) }
            empty = 0
            row.append(.int(count))
        }
        return .array(row)
    }

    // MARK: Reading

    static func all(_ json: JSON?) -> [DurationCounts] {
        let (least, most) = (json?["min"]?.elements ?? [], json?["max"]?.elements ?? [])
        return (json?["counts"]?.elements ?? []).enumerated().map { index, row in
            one(row, index < least.count ? least[index] : .null, index < most.count ? most[index] : .null) ?? DurationCounts()
        }
    }

    static func one(_ json: JSON?) -> DurationCounts {
        one(json?["counts"] ?? .null, json?["min"] ?? .null, json?["max"] ?? .null) ?? DurationCounts()
    }

    private static func one(_ row: JSON, _ least: JSON, _ most: JSON) -> DurationCounts? {
        guard let least = least.number, let most = most.number, most < 1e15, least >= 0 else { return nil }
        var counts: [UInt32] = []
        for value in row.elements.dropFirst() {
            guard let value = value.integer, value > -Int64(DurationCounts.cells), counts.count < DurationCounts.cells else { return nil }
            if value < 0 {
                counts.append(contentsOf: repeatElement(0, count: Int(-value)))
            } else {
                counts.append(UInt32(clamping: value))
            }
        }
        guard let first = row.elements.first?.integer, !counts.isEmpty, counts.contains(where: { $0 > 0 }) else { return nil }
        return DurationCounts(
            first: Int(clamping: min(first, 1 << 20)), counts: counts, least: Int64((least * 1e3).rounded()),
            most: Int64((most * 1e3).rounded()))
    }
}

extension Distributions {
    init?(_ json: JSON?) {
        guard let json, case .object = json else { return nil }
        self.init()
        latency = DistributionsDocument.one(json["end_to_end_ms"])
        fromSchedule = DistributionsDocument.one(json["end_to_end_from_schedule_ms"])
        firstToken = DistributionsDocument.one(json["ttft_ms"])
        timePerToken = DistributionsDocument.one(json["tpot_ms"])
        labels = (json["labels"]?.elements ?? []).prefix(Self.mostLabels).map {
            Label(name: $0["label"]?.text ?? "", latency: DistributionsDocument.one($0["end_to_end_ms"]))
        }
    }
}
