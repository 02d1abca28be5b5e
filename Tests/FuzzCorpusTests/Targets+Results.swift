// What a run of several tasks leaves for others, and what is read of a result: notices, parts that are put together,
// summaries that were fetched.

import Foundation
import Glibc

@testable import Metrics
@testable import Base
@testable import Scenarios
@testable import Tasks

extension FuzzTarget {
    /// A notice; then, one a line, `--task`, SLURM_PROCID, SLURM_NTASKS, SLURM_JOB_ID.
    static func task(_ bytes: UnsafeRawBufferPointer) {
        if let line = Notice.line(Array(bytes)[...]) {
            if let again = Notice.line(Notice.bytes(line)[...]), line.utf8.count < 4095, !line.utf8.contains(10) {
                precondition(again == line)
            }
            do throws(TaskError) {
                let instant = try Meeting.instant(line, path: "start")
                precondition(instant >= 0)
            } catch {
                precondition(isPlain(error.description), error.description)
            }
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        let words = lines + ["", "", "", ""]
        let variables = ["SLURM_PROCID": words[1], "SLURM_NTASKS": words[2], "SLURM_JOB_ID": words[3]]
        precondition(TaskOption.attempt(environment: variables).utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D })
        for option in [words[0], "slurm"] {
            do throws(ConfigurationError) {
                let share = try TaskOption.parse(option, environment: variables)
                precondition((0..<share.count).contains(share.index) && share.part(of: 10) >= 0)
                let name = TaskFile.numbered(words[0], task: share.index)
                precondition(name.utf8.count > words[0].utf8.count)
            } catch {
                precondition(isPlain(error.description) && !error.description.isEmpty, error.description)
            }
        }
    }

    /// The records of two tasks: four bytes of the first one's length, little end first, then both.
    static func merge(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 4 else { return }
        let length = min(Int(bytes.loadUnaligned(as: UInt32.self)), bytes.count - 4)
        let paths = [bytes[4..<(4 + length)], bytes[(4 + length)...]].enumerated().map { index, part in
            let path = "/dev/shm/sml-fuzz-\(getpid()).\(index)"
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            precondition(file >= 0 && part.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == part.count)
            close(file)
            return path
        }
        defer { paths.forEach { unlink($0) } }
        do {
            let summary = try SummaryBuilder.rebuild(fromRecords: paths)
            shown(summary)
            _ = summary.jsonData()
        } catch {
            oneLine(error)
        }
    }

    static func summary(_ bytes: UnsafeRawBufferPointer) {
        do {
            let summary = try Summary(jsonData: Array(bytes), path: "file")
            shown(summary)
            _ = try Summary(jsonData: summary.jsonData(), path: "again")
            _ = summary.handleSummaryText()
        } catch {
            oneLine(error)
        }
    }

    /// Lines, and nothing that a terminal would obey.
    private static func shown(_ summary: Summary) {
        precondition(summary.textBlock(color: false).unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }
}
