// Which states are kept, folded, sent again or given up, without any time in it.

import Testing

@testable import RemoteWrite

extension Spool {
    fileprivate mutating func take(limit: Int) -> Batch? { take(limit: limit, wallMilliseconds: 0) }
}

@Suite struct SpoolTests {
    private let retry = PushOutcome.Verdict.retry(.timeout, after: nil)

    private func series(_ name: String) -> SeriesLabels { SeriesLabels(name: name, labels: [:]) }
    private func update(_ name: String, _ value: Double, at time: Int64) -> SeriesUpdate {
        SeriesUpdate(labels: series(name), value: value, timestampMilliseconds: time)
    }

    /// Takes everything and settles it.
    private func send(_ spool: inout Spool, _ verdict: PushOutcome.Verdict) throws {
        let batch = spool.take(limit: 10)
        spool.settle(try #require(batch), verdict)
    }

    /// The updates of the next batch.
    private func next(_ spool: inout Spool, limit: Int = 10) -> [SeriesUpdate]? { spool.take(limit: limit)?.updates }

    @Test func idleSeriesAreNotSentAgain() throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10), update("b", 1, at: 10)])
        try send(&spool, .delivered)
        #expect(spool.pendingCount == 0)
        spool.fold([update("a", 1, at: 10), update("b", 1, at: 11)])
        #expect(next(&spool) == [update("b", 1, at: 11)])
    }

    @Test func newestStateWinsAndIsCounted() throws {
        var spool = Spool(DeliveryPolicy())
        for value in 1...3 { spool.fold([update("a", Double(value), at: Int64(value))]) }
        #expect(spool.statesFolded == 2)
        #expect(next(&spool) == [update("a", 3, at: 3)])
    }

    @Test func aStateThatChangesInFlightStaysPending() throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10)])
        let taken = spool.take(limit: 10)
        let batch = try #require(taken)
        spool.fold([update("a", 2, at: 20)])
        spool.settle(batch, .delivered)
        #expect(spool.undelivered == [update("a", 2, at: 20)] && spool.statesFolded == 0)
        #expect(next(&spool) == [update("a", 2, at: 20)])
    }

    @Test func aStateThatFailedIsSentAgainOrFolded() throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10), update("b", 1, at: 10)])
        let taken = spool.take(limit: 10)
        let batch = try #require(taken)
        spool.fold([update("a", 2, at: 20)])
        spool.settle(batch, retry)
        #expect(spool.statesFolded == 1 && spool.pendingCount == 2)
        #expect(next(&spool) == [update("a", 2, at: 20), update("b", 1, at: 10)])
    }

    /// One timestamp with two values makes Prometheus refuse the whole request.
    @Test(arguments: [PushOutcome.Verdict.delivered, .retry(.timeout, after: nil), .refused(.rejected)])
    func aSentTimestampNeverCarriesASecondValue(_ verdict: PushOutcome.Verdict) throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10)])
        let taken = spool.take(limit: 10)
        let batch = try #require(taken)
        spool.settle(batch, verdict)
        spool.fold([update("a", 2, at: 10)])
        #expect(next(&spool) == [update("a", 2, at: 11)])
        spool.fold([update("a", 3, at: 11)])
        #expect(next(&spool) == [update("a", 3, at: 12)])
        spool.fold([update("a", 4, at: 500)])
        #expect(next(&spool) == [update("a", 4, at: 500)])
    }

    @Test func refusedStatesWaitForNewOnesOrTheEnd() throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10), update("b", 1, at: 10)])
        try send(&spool, .refused(.rejected))
        #expect(spool.pendingCount == 0 && spool.undeliveredCount == 2)
        spool.fold([update("a", 1, at: 12)])
        #expect(next(&spool) == [update("a", 1, at: 12)])
        spool.retryRefused()
        #expect(spool.pendingCount == 2)
        #expect(next(&spool, limit: 1) == [update("a", 1, at: 12)])
    }

    @Test func boundsAreHonoured() {
        var policy = DeliveryPolicy()
        policy.maximumSeries = 2
        var spool = Spool(policy)
        spool.fold([update("a", 1, at: 1), update("b", 1, at: 1), update("c", 1, at: 1), update("d", 1, at: 1)])
        spool.fold([update("c", 1, at: 2), update("a", 2, at: 2)])
        #expect(spool.seriesCount == 2 && spool.seriesRefused == 2)
        #expect(spool.undelivered == [update("a", 2, at: 2), update("b", 1, at: 1)])

        policy.maximumSeries = 10
        policy.maximumBytes = 60
        var small = Spool(policy)
        small.fold([update("a", 1, at: 1), update("b", 1, at: 1), update("c", 1, at: 1)])
        #expect(small.seriesCount == 1 && small.seriesRefused == 2)
    }

    @Test func staleMarkersAreLaterThanEverythingSent() throws {
        var spool = Spool(DeliveryPolicy())
        spool.fold([update("a", 1, at: 10), update("b", 1, at: 99)])
        try send(&spool, .delivered)
        spool.fold([update("a", 2, at: 20)])
        #expect(
            spool.staleMarkers(notBefore: 50)
                == [SeriesUpdate(labels: series("b"), value: .staleMarker, timestampMilliseconds: 100)])
    }
}
