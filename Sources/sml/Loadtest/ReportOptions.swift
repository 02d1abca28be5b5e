// Whether a run leaves a page to look at beside its summary, in the same words wherever results come home.

import ArgumentParser
import Base
import Metrics
import Report

struct ReportOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Write a page of charts beside the summary.")
    var report = true

    /// A page that cannot be written is no reason to fail a run that is over.
    static func write(summary path: String, quiet: Bool) {
        let place = ReportFile.beside(summary: path)
        do {
            try ReportFile.write([RunReport(try Summary(path: path).result, name: path)], to: place)
            if !quiet { say("Report: \(place)") }
        } catch {
            say("sml: warning: no report: \(error)")
        }
    }
}
