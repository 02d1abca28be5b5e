// What is still to be done of a list, told by the work and read by whoever ends it.

import Synchronization

final class Remaining: Sendable {
    private let state: Mutex<[String]>

    init(_ paths: [String]) { state = Mutex(paths) }

    var paths: [String] { state.withLock { $0 } }
    func remove(_ path: String) { state.withLock { paths in paths.removeAll { $0 == path } } }
}
