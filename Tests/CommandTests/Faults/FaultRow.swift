// A row of the fault table: a fault, how it must look, and how it is brought about.

import Foundation
import Generator
import TestSupport
import Testing

struct FaultRow: Sendable {
    typealias Run = @Sendable (FaultBench) async throws -> Results

    let name: String
    /// Its label in the recording of k6, if it is in there.
    var golden: String?
    /// How k6 shows it, where that differs.
    var k6 = ""
    let expected: FaultView
    /// Other outcomes that are as right, where the kernel decides.
    var alternatives: [FaultView] = []
    /// Requests take this long, seconds: no less (libcurl counts in milliseconds), and not twice as long and two more.
    var seconds: Double?
    /// Requests that show the fault, where others must not.
    var isAffected: @Sendable (RunRecord) -> Bool = { _ in true }
    /// What else must hold; returns a note for the table.
    var check: @Sendable (Results, FaultBench) throws -> String = { _, _ in "" }
    /// Nil when this machine can bring the fault about, else why not.
    var obstacle: @Sendable () -> String? = { nil }
    let run: Run

    /// A server that answers each request with `actions`.
    static func scripted(
        _ name: String, golden: String? = nil, k6: String = "", _ expected: FaultView, seconds: Double? = nil,
        requests: Int = 2, settings: FaultBench.Settings = FaultBench.Settings(), _ actions: ServerAction...,
        check: @escaping @Sendable (Results, FaultBench) throws -> String = { _, _ in "" }
    ) -> FaultRow {
        FaultRow(name: name, golden: golden, k6: k6, expected: expected, seconds: seconds, check: check) { bench in
            try await bench.scripted(actions, requests: requests, settings: settings)
        }
    }

    var expectation: String { ([expected] + alternatives).map(\.description).joined(separator: " *or* ") }

    func accepts(_ view: FaultView) -> Bool { ([expected] + alternatives).contains(view) }

    /// Brings the fault about and looks.
    func view() async throws -> FaultView {
        let bench = try FaultBench()
        let results = try await run(bench)
        var seen = try FaultView(results, texts: bench.texts(results), name, where: isAffected)
        if let seconds {
            for record in results.requests where isAffected(record) {
                let took = Double(record.end - record.started) / 1e9
                #expect(took >= seconds * 0.99 && took < 2 * seconds + 2, "\(name): took \(took) s")
            }
        }
        seen.note = try check(results, bench)
        return seen
    }
}
