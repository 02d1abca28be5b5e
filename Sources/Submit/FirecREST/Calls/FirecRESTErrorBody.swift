// Reads what the server says when something is wrong. FirecREST passes refusals of SLURM's own commands on as 500 with
// the command's words inside; told apart from a server that is broken, they need no retry and say what to change.

import HTTPClient
import Base
import Scenarios

struct FirecRESTErrorBody: Sendable, Equatable {
    let message: String
    /// What sbatch, scancel or another command of SLURM said, if it was one that failed.
    let complaint: SlurmComplaint?
    /// By which the server's operators find the call in their log.
    let requestID: String?
    /// That SLURM was not even asked: a check of the server's own keeps it from that, or SSH is down.
    let isUntried: Bool

    init(_ response: HTTPResponse) {
        let body = try? JSON.parse(response.text)
        var message = body?["message"]?.written ?? response.text
        if case .array(let fields)? = body?["data"]?["fields"] {
            let parts = fields.compactMap { field -> String? in
                guard let name = field["name"]?.written, let text = field["message"]?.written else { return nil }
                return "\(name): \(text)"
            }
            if !parts.isEmpty { message += " (\(parts.joined(separator: "; ")))" }
        }
        self.message = message
        complaint = response.status >= 500 ? Self.refusal(in: message).map { SlurmComplaint(message, sentence: $0) } : nil
        requestID = response.header("x-request-id").flatMap { $0.isEmpty ? nil : $0 }
        isUntried = [424, 503].contains(response.status)
    }

    /// With the request's number, for whoever asks the operators.
    var explained: String { message + (requestID.map { "\(message.isEmpty ? "" : " ")(request \($0))" } ?? "") }

    /// `… exit_status:1 std_err:sbatch: error: invalid partition specified: x` → the lines after `error:`, joined.
    private static func refusal(in message: String) -> String? {
        let commands = ["sbatch", "scancel"]
        var sentences: [Substring] = []
        for line in message.split(whereSeparator: \.isNewline) {
            for command in commands {
                guard let range = line.firstRange(of: "\(command): error: ") else { continue }
                sentences.append(line[range.upperBound...])
                break
            }
        }
        if !sentences.isEmpty { return sentences.joined(separator: "; ") }
        // sbatch's complaint about a script without #! has no prefix.
        let marker = "This does not look like a batch script"
        return message.contains(marker) ? marker : nil
    }
}
