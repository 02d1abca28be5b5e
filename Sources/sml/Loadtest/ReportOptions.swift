// Whether a run leaves a page to look at beside its summary, in the same words wherever results come home.

import ArgumentParser
import Base
import Metrics
import Report

struct ReportOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Write a page of charts beside the summary.")
    var report = true

    /// The page of a search for a capacity.
    static func write(capacity path: String, quiet: Bool) {
        let place = ReportFile.beside(summary: path)
        do {
            guard let found = try CapacityResult.read(path: path) else { return }
            try ReportFile.write(ReportContents(found), to: place)
            if !quiet { say("report: \(place)") }
        } catch {
            say("sml: warning: no report: \(error)")
        }
    }

    /// One page of all `paths`. One that cannot be written is no reason to fail runs that are over.
    static func write(summaries paths: [String], beside path: String, quiet: Bool) {
        let place = ReportFile.beside(summary: path)
        do {
            try ReportFile.write(ReportFile.repeats(paths), to: place)
            if !quiet { say("report: \(place)") }
        } catch {
            say("sml: warning: no report: \(error)")
        }
    }
}
