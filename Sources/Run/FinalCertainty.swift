// What is certain about a run on its way from its end to the last look of its series, which is taken on a queue of its own.

import Metrics
import Synchronization

final class FinalCertainty: Sendable {
    /// By the number of the lane.
    private let state = Mutex<[UInt16: Certainty]>([:])

    subscript(arm: UInt16) -> Certainty? {
        get { state.withLock { $0[arm] } }
        set { state.withLock { $0[arm] = newValue } }
    }
}
