// Everything that reads a run's records while it goes on, behind one lock: the run's queue feeds it, the progress
// line looks into it a few times a second, the end takes the result out. Held for a batch or a look, never for I/O
// on the network.

import Generator
import Metrics
import Base
import Synchronization

/// The readers of one run's records.
final class RunReaders: Sendable {
    private struct State: ~Copyable {
        var tally: RunTally
        let file: RecordFileWriter?
        var isFileFinished = false
    }
    private let state: Mutex<State>

    init(tally: RunTally, file: sending RecordFileWriter?) {
        state = Mutex(State(tally: tally, file: file))
    }

    func consume(_ batch: RunBatch) {
        let failure = state.withLock { state -> RecordFileError? in
            let file = state.isFileFinished || state.file?.failure != nil ? nil : state.file
            switch batch {
            case .records(let records):
                records.withUnsafeBufferPointer {
                    state.tally.consume($0)
                    file?.append($0)
                }
            case .sample(let sample):
                state.tally.consume(sample)
                file?.append(sample)
            case .counts(let counts):
                state.tally.consume(counts)
                file?.append(counts)
            }
            return file?.failure
        }
        // Said when it happens, not hours later; the measurement goes on.
        if let failure { StandardError.write("sml-loadgen: warning: no more records are kept: \(failure)\n") }
    }

    /// A copy for a look; values share storage until they change.
    var tally: RunTally { state.withLock { $0.tally } }
    /// Of all lanes together.
    var statistics: RunStatistics { state.withLock { $0.tally.whole } }

    /// Ends the records file with `outcome`, once. Returns what went wrong with it, if anything did.
    func finishFile(_ outcome: RunOutcome) -> String? {
        state.withLock { state in
            guard let file = state.file, !state.isFileFinished else { return nil }
            state.isFileFinished = true
            do {
                try file.finish(outcome)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}
