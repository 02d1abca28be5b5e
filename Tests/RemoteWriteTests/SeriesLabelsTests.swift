// Order, validity and identity of label sets.

import Testing

@testable import RemoteWrite

@Suite struct SeriesLabelsTests {
    private func pairs(_ labels: SeriesLabels) -> [String] { labels.decoded.map { "\($0.name)=\($0.value)" } }

    @Test func sortsBytewiseWithTheMetricNameAmongThem() {
        let labels = SeriesLabels(
            name: "k6_vus", labels: [("scenario", "load"), ("Zone", "a"), ("__x", "1"), ("model", "m")])
        #expect(pairs(labels) == ["Zone=a", "__name__=k6_vus", "__x=1", "model=m", "scenario=load"])
    }

    @Test func leavesOutEmptyValues() {
        #expect(
            pairs(SeriesLabels(name: "k6_vus", labels: [("group", ""), ("model", "m")])) == [
                "__name__=k6_vus", "model=m",
            ])
    }

    @Test func makesNamesValid() {
        let labels = SeriesLabels(
            name: "7up:total %", labels: [("bad label", "x"), ("1st", "y"), ("é", "z"), ("a:b", "c")])
        #expect(pairs(labels) == ["_=z", "_1st=y", "__name__=_7up:total__", "a_b=c", "bad_label=x"])
        #expect(pairs(SeriesLabels(name: "", labels: [:])) == ["__name__=_"])
    }

    @Test func aNameThatWasValidWinsOverOneThatBecameEqual() {
        let labels = SeriesLabels(name: "m", labels: [("a b", "1"), ("a-b", "2"), ("a_b", "3"), ("__name__", "other")])
        #expect(pairs(labels) == ["__name__=m", "a_b=3"])
        #expect(pairs(SeriesLabels(name: "m", labels: [("a-b", "2"), ("a b", "1")])) == ["__name__=m", "a_b=1"])
    }

    /// A metric's own label stands behind the run's tags.
    @Test func theLaterOfTwoWithOneNameCounts() {
        let labels = SeriesLabels(name: "m", labels: [("status", "tag"), ("a", "1"), ("status", "200")])
        #expect(pairs(labels) == ["__name__=m", "a=1", "status=200"])
        #expect(pairs(SeriesLabels(name: "m", labels: [("error", "tag"), ("error", "")])) == ["__name__=m"])
    }

    @Test func equalContentIsOneSeries() {
        let one = SeriesLabels(name: "m", labels: [("a", "1"), ("b", "2")])
        let other = SeriesLabels(name: "m", labels: [("b", "2"), ("a", "1")])
        #expect(one == other)
        #expect(Set([one, other]).count == 1)
        #expect(one != SeriesLabels(name: "m", labels: [("a", "1"), ("b", "3")]))
    }
}
