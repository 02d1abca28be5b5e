// What is certain about a run on its way from its end to the last look of its series, which is taken on a queue of its own.

import Metrics
import Synchronization

final class FinalCertainty: Sendable {
    private let state = Mutex<Certainty?>(nil)

    var value: Certainty? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
