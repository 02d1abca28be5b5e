// How a fault looks from outside: what k6's table has (status, code, text, failed, checks) and what is ours (phase,
// what was wrong with the content, whether anything was sent or came back). Read from the files a run leaves.

import Foundation
import Generator
import Metrics
import Testing

/// The outcome of requests that all ended alike.
struct FaultView: Sendable, Equatable, CustomStringConvertible {
    var status = 0
    var code = 0
    var error = ""
    /// http_req_failed of the last exchange.
    var failed: Bool
    var checks: (status: Bool, choices: Bool) = (false, false)
    var phase = TransferPhase.complete
    /// `sml.errors[].content`, or the oddity of a good answer.
    var content = ""
    var sent = true
    var firstByte = true
    /// Anything a row wants to add.
    var note = ""

    static func == (left: FaultView, right: FaultView) -> Bool { left.description == right.description }

    /// A transport error.
    static func broken(
        _ code: Int, _ error: String, _ phase: TransferPhase, note: String = ""
    ) -> FaultView {
        FaultView(
            code: code, error: error, failed: true, phase: phase, sent: phase.rawValue >= TransferPhase.send.rawValue,
            firstByte: phase.rawValue >= TransferPhase.receive.rawValue, note: note)
    }

    /// An answer.
    static func answered(
        _ status: Int, choices: Bool = false, content: String = "", note: String = ""
    ) -> FaultView {
        FaultView(
            status: status, code: status >= 400 ? 1000 + status : 0, failed: status >= 400,
            checks: (status == 200, choices), content: content, note: note)
    }

    var description: String {
        var parts = ["status \(status)"]
        if code != 0 { parts.append("code \(code)") }
        if !error.isEmpty { parts.append("`\(error)`") }
        parts.append("failed \(failed ? 1 : 0)")
        parts.append("checks \(checks.status ? 1 : 0)/\(checks.choices ? 1 : 0)")
        parts.append(phase.name)
        parts.append(sent ? firstByte ? "sent, answered" : "sent, no byte back" : "not sent")
        if !content.isEmpty { parts.append(content) }
        if !note.isEmpty { parts.append(note) }
        return parts.joined(separator: "; ")
    }
}

extension FaultView {
    /// What `results` show. Records and summary must tell the same; requests must have ended alike.
    init(_ results: Results, texts: [UInt16: String], _ name: String, where isWanted: (RunRecord) -> Bool = { _ in true }) throws {
        let finals = results.requests.filter { $0.flags.contains(.final) && isWanted($0) }
        let first = try #require(finals.first, "\(name): no request")
        status = Int(first.status)
        code = Int(first.errorCode)
        error = texts[first.errorText] ?? ""
        phase = first.phase
        sent = first.sent >= 0
        firstByte = first.firstByte >= 0
        failed = !(200...399).contains(status)
        checks = (status == 200, first.flags.contains(.hasChoices))
        for record in finals {
            #expect(
                record.status == first.status && record.errorCode == first.errorCode
                    && record.errorText == first.errorText && record.phase == first.phase
                    && record.flags.contains(.hasChoices) == checks.choices,
                "\(name): \(texts[record.errorText] ?? "") (\(record.phase)), the first \(error) (\(phase))")
        }
        let succeeded = first.isSuccess
        let errors = (results.summary[path: "sml", "errors"]?.elements ?? []).filter {
            $0["status"]?.integer == Int64(status) && $0["error_code"]?.integer == Int64(code)
                && ($0["error"]?.text ?? "") == error && $0["phase"]?.text == phase.name
        }
        #expect(errors.reduce(0) { $0 + ($1["count"]?.integer ?? 0) } == (succeeded ? 0 : Int64(finals.count)), "\(name)")
        content = errors.compactMap { $0["content"]?.text }.first ?? ""
        if succeeded {
            let odd = (results.summary[path: "sml", "answers"]?.members ?? []).sorted { $0.0 < $1.0 }
            content = odd.filter { $0.1.integer == Int64(finals.count) }.map(\.0).joined(separator: ", ")
        }
    }
}

extension Results {
    /// What k6's metrics say over all exchanges: they must be what the requests' views add up to.
    func checkAgainstK6sMetrics() {
        let failed = requests.count { !(200...399).contains($0.status) }
        #expect(count("metrics", "http_reqs", "count") == requests.count)
        #expect(count("metrics", "http_req_failed", "passes") == failed)
        let finals = requests.filter { $0.flags.contains(.final) }
        #expect(count("root_group", "checks", "status 200", "passes") == finals.count { $0.status == 200 })
        #expect(
            count("root_group", "checks", "has choices", "passes") == finals.count { $0.flags.contains(.hasChoices) })
        #expect(count("sml", "counts", "finished") == finals.count)
        for record in requests where record.sent < 0 {
            #expect(record.firstByte < 0 && record.bytesReceived == 0)
        }
        // Nothing was sent: every time of k6's is 0, and the request lasted all the same.
        if !requests.isEmpty, requests.allSatisfy({ $0.sent < 0 }) {
            for name in ["duration", "blocked", "connecting", "tls_handshaking", "waiting", "receiving"] {
                #expect(summary[path: "metrics", "http_req_\(name)", "max"]?.number == 0, "\(name)")
            }
        }
        // Times are those of what happened: waiting ends with the first byte, receiving needs one.
        if requests.allSatisfy({ $0.firstByte < 0 }) {
            #expect(summary[path: "metrics", "http_req_receiving", "max"]?.number ?? 0 == 0)
        }
    }
}
