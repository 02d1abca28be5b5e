// What the kernel says about the signals of another process.

import Foundation

/// Whether a process of ours has its handlers. Before that the kernel's default action ends it: the loader maps two dozen
/// libraries, some 10 ms.
package func catchesSignals(_ processID: Int32) -> Bool { signals("SigCgt:", of: processID).contains(SIGTERM) }

/// Whether a signal that was sent has not been taken yet.
package func isPending(_ signal: Int32, _ processID: Int32) -> Bool { signals("ShdPnd:", of: processID).contains(signal) }

/// One of the sets of signals in a process's status.
private func signals(_ set: String, of processID: Int32) -> [Int32] {
    let status = (try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(set) } ?? ""
    let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
    return (1...64).filter { mask & (1 << UInt64($0 - 1)) != 0 }
}
