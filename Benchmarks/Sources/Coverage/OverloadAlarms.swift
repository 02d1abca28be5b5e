// How often a run is called OVERLOADED: on servers that keep up, where each is a false alarm, and on servers that do not.

import Glibc

@testable import Statistics

private struct Queue {
    let perSecond: Double, places: Int, load: Double
    var serviceSeconds: Double { load * Double(places) / perSecond }

    /// Requests in flight at the end of each second of a run that begins with an empty server, and how many were sent in it.
    func run(seconds: Int, seed: UInt64) -> (inFlight: [Double], sent: [Int]) {
        var random = Random(seed: seed)
        var freeAt = [Double](repeating: 0, count: places)
        var changes = [Int](repeating: 0, count: seconds + 1), sent = [Int](repeating: 0, count: seconds + 1)
        var now = 0.0
        let variance = log(2.0)
        while true {
            now += random.exponential(mean: 1 / perSecond)
            guard now < Double(seconds) else { break }
            let service = serviceSeconds * exp(variance.squareRoot() * random.normal() - variance / 2)
            let place = freeAt.indices.min { freeAt[$0] < freeAt[$1] }!
            freeAt[place] = max(now, freeAt[place]) + service
            sent[Int(now)] += 1
            changes[Int(now)] += 1
            changes[min(seconds, Int(freeAt[place]))] -= 1
        }
        var inFlight = 0
        return (
            changes.dropLast().map {
                inFlight += $0; return Double(inFlight)
            }, sent.dropLast()
        )
    }
}

/// Prints the share of runs that are called OVERLOADED, by server and length. What is left out at the head is five times the
/// time of a service, at most half of the run, as a steady window would.
func overloadAlarms(runs: Int, seconds: [Int]) {
    print("| requests/s | places | load |" + seconds.map { " \($0) s |" }.joined())
    print("| --- | --- | --- |" + seconds.map { _ in " --- |" }.joined())
    let shapes: [(perSecond: Double, places: Int)] = [(2, 4), (20, 16), (20, 1_000), (100, 100)]
    for load in [0.5, 0.7, 0.85, 1.1, 1.2, 1.5] {
        for shape in shapes where shape.places < 1_000 || load == 0.5 {
            // A thousand places are never all taken: 20 requests a second that take 0.3 s each.
            let queue = Queue(perSecond: shape.perSecond, places: shape.places, load: shape.places < 1_000 ? load : 0.006)
            let cells = seconds.map { length in
                let from = Int(min(Double(length) / 2, 5 * queue.serviceSeconds))
                let alarms = (0..<runs).count { number in
                    let run = queue.run(seconds: length, seed: UInt64(number))
                    let requests = run.sent.dropFirst(from).reduce(0, +)
                    return Overload(inFlight: Array(run.inFlight.dropFirst(from)), requests: requests) != nil
                }
                return " \(Figures.text(100 * Double(alarms) / Double(runs), decimals: 1)) |"
            }
            print("| \(Int(queue.perSecond)) | \(queue.places) | \(queue.load) |" + cells.joined())
        }
    }
}
