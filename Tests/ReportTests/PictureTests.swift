// The picture in the README is one that this product draws. `UPDATE_PAGES=1` writes it.

import Foundation
#if canImport(FoundationXML)
    import FoundationXML
#endif
import Testing

@testable import Metrics
@testable import Report

struct PictureTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/report.svg")

    /// Twenty requests a second for two minutes; after 70 s the server stands still for two.
    private var picture: String {
        let records = (0..<2_400).map { index in
            let at = Double(index) / 20
            let spread = Double(index * 7_919 % 97)
            let tail: Double = index % 53 == 0 ? 160 : 0
            let stall = at > 70 && at < 72 ? (72 - at) * 1_000 : 0
            return Runs.request(at: at, took: 180 + spread + tail + stall)
        }
        let report = Runs.report(records, context: Runs.context(seconds: 120), seconds: 120, exact: true)
        guard let chart = report.columns(Columns.usual).flatMap({ report.latencyChart($0) }) else { return "" }
        return ChartPicture.svg(chart)
    }

    @Test func theReadmesPictureIsOfThisProduct() throws {
        let picture = picture
        if ProcessInfo.processInfo.environment["UPDATE_PAGES"] != nil { try Data(picture.utf8).write(to: Self.file) }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == picture)
        // A document of its own.
        let parser = XMLParser(data: Data(picture.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
    }
}
