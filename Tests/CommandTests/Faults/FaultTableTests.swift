// Every fault of an endpoint, brought about with real sockets against the real program, and the page that shows what was
// expected and what was seen: docs/FAULTS.md is written by this test and compared with what it sees.

import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct FaultTableTests {
    static let sections: [(title: String, rows: [FaultRow])] = [
        ("Answers", FaultRow.answers), ("Streams", FaultRow.streams), ("Connections", FaultRow.connections),
        ("Slowness", FaultRow.slowness),
        ("TLS", FaultRow.tls), ("HTTP/2", FaultRow.http2), ("Too much", FaultRow.bombs),
        ("This machine", FaultRow.machine),
    ]

    private struct Seen: Sendable {
        var index: Int
        /// What was seen where it is not what was expected.
        var difference: String?
    }

    /// Six at a time: two of the rows take 30 s, most a second.
    private func look(at rows: [FaultRow]) async -> [Seen] {
        await withTaskGroup(of: Seen.self) { group in
            var next = 0
            var seen: [Seen] = []
            // The long ones first, so that the others pass meanwhile.
            let order = rows.indices.sorted { (rows[$0].seconds ?? 0) > (rows[$1].seconds ?? 0) }
            func add() {
                guard next < order.count else { return }
                let index = order[next]
                next += 1
                group.addTask { await Self.look(at: rows[index], index: index) }
            }
            for _ in 0..<6 { add() }
            while let one = await group.next() {
                seen.append(one)
                add()
            }
            return seen
        }
    }

    private static func look(at row: FaultRow, index: Int) async -> Seen {
        if let obstacle = row.obstacle() {
            print("faults: \(row.name): not brought about: \(obstacle)")
            return Seen(index: index, difference: nil)
        }
        do {
            let view = try await row.view()
            #expect(row.accepts(view), "\(row.name): expected \(row.expectation), seen \(view)")
            return Seen(index: index, difference: row.accepts(view) ? nil : view.description)
        } catch {
            Issue.record("\(row.name): \(error)")
            return Seen(index: index, difference: "\(error)")
        }
    }

    @Test func everyFaultIsSeenAsExpectedAndOnThePage() async throws {
        let rows = Self.sections.flatMap(\.rows)
        let seen = await look(at: rows).sorted { $0.index < $1.index }
        try #require(seen.count == rows.count)
        let page = Self.page(seen.map(\.difference))
        let file = Repository.file("docs/FAULTS.md")
        if ProcessInfo.processInfo.environment["SML_WRITE_PAGES"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let difference = page.split(separator: "\n").filter { !committed.contains($0) }
        #expect(committed == page, "docs/FAULTS.md is not what was seen; SML_WRITE_PAGES=1 writes it: \(difference)")
    }

    private static func page(_ differences: [String?]) -> String {
        var page = """
            # Faults of the endpoint

            Every fault we know of, brought about with real sockets against the real `sml-loadgen`: what it must look
            like, and what was seen. `Tests/CommandTests/Faults` has the faults and writes this page; it is not edited by hand.

            Each outcome reads: status; k6's error code and text; `http_req_failed`; the checks `status 200`/`has choices`;
            how far the exchange got (`sml.errors[].phase`); what was sent and came back; what else was noticed. When nothing
            was sent, all `http_req_*` times are 0; when no byte came back, `http_req_receiving` is 0. The last column says
            how k6 1.7.1 shows it where that differs; *recorded* marks what was compared with a recording of k6, the rest is from
            the sources of k6 and Go.


            """
        var next = 0
        for section in sections {
            page += "## \(section.title)\n\n| fault | expected | seen | k6 |\n| --- | --- | --- | --- |\n"
            for row in section.rows {
                let k6 = [row.golden == nil ? "" : "recorded", row.k6].filter { !$0.isEmpty }.joined(separator: "; ")
                page += "| \(row.name) | \(row.expectation) | \(differences[next] ?? "as expected") | \(k6) |\n"
                next += 1
            }
            page += "\n"
        }
        return String(page.dropLast())
    }

    // MARK: The recording of k6

    private struct Recording: Decodable { let labelsets: [[String: String]] }

    /// Every fault in k6's recording is a row, with the same status, code and text.
    @Test func rowsAreWhatK6Recorded() throws {
        let data = try Data(contentsOf: Repository.file("Tests/SeriesTests/Fixtures/errors.json"))
        let sets = try JSONDecoder().decode(Recording.self, from: data).labelsets
            .filter { $0["method"] != nil && $0["label"] != nil }
        let rows = Self.sections.flatMap(\.rows).filter { $0.golden != nil }
        #expect(Set(rows.compactMap(\.golden)) == Set(sets.compactMap { $0["label"] }))
        for row in rows {
            let recorded = sets.filter { $0["label"] == row.golden }
            let match = recorded.first { $0["status"] == String(row.expected.status) }
            let labels = try #require(match, "\(row.name)")
            #expect(labels["error_code"] ?? "0" == String(row.expected.code), "\(row.name)")
            #expect(labels["expected_response"] == (row.expected.failed ? "false" : "true"), "\(row.name)")
            // Texts that quote the server are reduced to their beginning.
            let text = labels["error"] ?? ""
            #expect(text == row.expected.error || !row.k6.isEmpty, "\(row.name): \(text)")
            #expect(text.hasPrefix(String(row.expected.error.prefix(14))), "\(row.name): \(text)")
        }
    }
}

/// Files of the repository the tests belong to.
enum Repository {
    static func file(_ path: String) -> URL {
        // Tests/CommandTests/Faults/FaultTableTests.swift
        (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }.appending(path: path)
    }
}
