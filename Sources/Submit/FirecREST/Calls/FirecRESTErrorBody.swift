// Reads what the server says when something is wrong. FirecREST passes refusals of SLURM's own commands on as 500 with
// the command's words inside; told apart from a server that is broken, they need no retry and say what to change.

import HTTPClient
import Base
import Scenarios

struct FirecRESTErrorBody: Sendable, Equatable {
    let message: String
    /// What sbatch, scancel or another command said, if it was one that refused.
    let refusal: String?

    init(_ response: HTTPResponse) {
        let body = try? ConfigValue.parse(response.text)
        var message = body?["message"]?.written ?? response.text
        if case .array(let fields)? = body?["data"]?["fields"] {
            let parts = fields.compactMap { field -> String? in
                guard let name = field["name"]?.written, let text = field["message"]?.written else { return nil }
                return "\(name): \(text)"
            }
            if !parts.isEmpty { message += " (\(parts.joined(separator: "; ")))" }
        }
        self.message = message
        refusal = response.status >= 500 ? Self.refusal(in: message) : nil
    }

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
