// Downsampling: a column stands for all of its time.

import Generator
import Testing

@testable import Metrics
@testable import Report

struct ColumnsTests {
    /// k6's percentile, written again.
    private func exact(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        let position = share * Double(sorted.count - 1)
        let low = sorted[Int(position.rounded(.down))]
        let high = sorted[Int(position.rounded(.up))]
        return low + (high - low) * (position - position.rounded(.down))
    }

    @Test func bandsOfRequestsAreTheirExactPercentiles() throws {
        let records = Runs.good()
        let report = Runs.report(records, exact: true)
        let columns = try #require(report.columns(7))
        let bands = columns.bands(try #require(report.observations))
        #expect(columns.count == 7 && bands.count == 7)
        for (index, band) in bands.enumerated() {
            let here = records.filter {
                let second = Double($0.scheduled) / 1e9
                return second >= columns.start(index) && (second < columns.ends[index] || index == 6)
            }.map { Double($0.end - $0.started) / 1e6 }
            let band = try #require(band)
            #expect(band.count == UInt64(here.count))
            #expect(band.least == here.min() && band.most == here.max())
            #expect(band.p50 == exact(here, 0.5) && band.p95 == exact(here, 0.95) && band.p99 == exact(here, 0.99))
        }
        // Of the summary alone: to the width of a cell, the ends exactly.
        for (found, exact) in zip(columns.bands(\.latency), bands) {
            let (found, exact) = (try #require(found), try #require(exact))
            #expect(found.count == exact.count && abs(found.most - exact.most) < 0.001 && abs(found.least - exact.least) < 0.001)
            for member in [\Band.p50, \Band.p95, \Band.p99] { #expect(abs(found[keyPath: member] / exact[keyPath: member] - 1) < 0.0625) }
        }
    }

    /// One request of an hour took a millisecond longer than all others.
    @Test func aSingleSpikeInAnHourIsThere() throws {
        let records = (0..<36_000).map { Runs.request(at: Double($0) / 10, took: $0 == 17_777 ? 51 : 50) }
        let report = Runs.report(records, context: Runs.context(seconds: 3_600), seconds: 3_600)
        let columns = try #require(report.columns(Columns.usual))
        let bands = columns.bands(\.latency)
        let spikes = bands.indices.filter { bands[$0].map { $0.most > 50.5 } ?? false }
        #expect(spikes.count == 1)
        #expect(columns.start(spikes[0]) <= 1_777.7 && 1_777.7 < columns.ends[spikes[0]])
        // And on the drawing the band reaches higher there than anywhere else.
        let chart = try #require(report.latencyChart(columns))
        let band = try #require(chart.series.first { $0.form == .band })
        let heights = band.upper.map { $0.map { chart.y.place($0) } ?? 0 }
        #expect(heights[spikes[0]] == heights.max() && heights.filter { $0 == heights.max() }.count == 1)
    }

    @Test func ratesKeepTheirSumAndTheirEnds() throws {
        var records = Runs.good(seconds: 600)
        records += (0..<500).map { _ in Runs.request(at: 300.5, took: 1) }
        let report = Runs.report(records, context: Runs.context(seconds: 600), seconds: 600)
        for most in [5, 61, 480, 5_000] {
            let columns = try #require(report.columns(most))
            #expect(columns.count <= most)
            let rates = columns.rate(\.asked)
            let sum = rates.indices.reduce(0.0) { $0 + rates[$1].mean * (columns.ends[$1] - columns.start($1)) }
            #expect(abs(sum - Double(records.count)) < 1e-6 * Double(records.count))
            #expect(rates.map(\.most).max() == 520)
            // The last step is a little longer than a second: answers came after the plan's end.
            #expect(try #require(rates.map(\.least).min()) > 19.9)
        }
    }
}
