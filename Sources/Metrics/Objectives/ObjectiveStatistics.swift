// What objectives need of a run's records beyond the metrics: the values of each threshold with their instants, 24 bytes a
// request, and how many requests were good. A run without objectives pays a comparison a request.

import Generator
import Scenarios
import Statistics

package struct ObjectiveStatistics: Sendable {
    package let thresholds: [BoundThreshold]
    package let request: RequestObjective?
    package private(set) var goodput = GoodputStatistics()
    private let goodness: RequestGoodness?
    private let measures: [RequestMeasure?]
    /// The labels' indices that each threshold is about; nil for all.
    private let labels: [Int?]
    /// By threshold; values in millionths, as nanoseconds of a latency.
    private var values: [Observations]
    let isEmpty: Bool

    /// - Parameter labels: the label table that records index.
    init(_ objectives: Objectives = Objectives(), labels: [String] = []) {
        // Checked before the run; of a file of records that names what there is no more, none.
        thresholds = (try? BoundThreshold.bind(objectives.thresholds, labels: labels)) ?? []
        request = objectives.request
        let goodness = objectives.request.map(RequestGoodness.init)
        self.goodness = goodness
        measures = thresholds.map { RequestMeasure.of($0.metric, objective: goodness) }
        self.labels = thresholds.map { threshold in threshold.threshold.label.flatMap { labels.firstIndex(of: $0) } }
        values = thresholds.map { _ in Observations() }
        isEmpty = thresholds.isEmpty && goodness == nil
    }

    /// Whether the values of that threshold are kept one by one.
    func hasValues(_ index: Int) -> Bool { measures[index] != nil }
    func values(_ index: Int) -> Observations { values[index] }

    mutating func add(_ request: FinishedRequest, planEnd: Int64) {
        if let goodness { goodput.add(goodness.isMet(by: request), endedInPlan: request.record.end <= planEnd) }
        for index in thresholds.indices where labels[index].map({ $0 == Int(request.record.label) }) ?? true {
            switch measures[index] {
            case .number(let read)?: if let value = read(request) { keep(value, of: request, index) }
            case .hit(let read)?: if let hit = read(request) { keep(0, of: request, index, hit ? .succeeded : .failed) }
            case nil: break
            }
        }
    }

    /// A request that the end of the run cut off.
    mutating func addInterrupted(_ record: RunRecord, started: Int64) {
        if let goodness, goodness.isMissed(afterWaiting: record, started: started) { goodput.add(false, endedInPlan: false) }
    }

    private mutating func keep(_ value: Double, of request: FinishedRequest, _ index: Int, _ outcome: Observation.Outcome = .succeeded) {
        let due = request.scheduled ?? request.started
        // Beyond 2^62 there is no latency and no count of tokens.
        let scaled = Int64(min(max(0, value * 1e6), 0x1p62))
        values[index].append(Observation(scheduled: due, started: due, ended: due &+ scaled, outcome: outcome))
    }
}
