// A load that a search tries, as the run that it becomes needs it.

import Base
import Metrics
import Scenarios
import Statistics

struct CapacityTrial: Sendable {
    var load: CapacityLoad
    var judge: CapacityJudge
    /// Of a confirmation, after the warm-up; empty for a probe of the search.
    var looks: [CapacitySearch.Look] = []
    /// The shortest growth of a queue that ends it; nil for users, whose number in flight is fixed.
    var guarding: Duration?
    /// As far as it is known.
    var probe: CapacityProbe
    /// What it is called while it goes on: `probe 3, 20/s`.
    var heading: String

    var isConfirmation: Bool { !looks.isEmpty }
}
