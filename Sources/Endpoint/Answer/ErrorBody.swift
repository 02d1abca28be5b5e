// Error bodies in OpenAI's shape, so that a client's error handling is exercised with what it will meet.

enum ErrorBody {
    /// `{"error":{"message":...,"type":...,"param":...,"code":...}}`
    static func json(_ status: Int, _ message: String, parameter: String? = nil, code: String? = nil) -> String {
        let type =
            switch status {
            case 401: "authentication_error"
            case 429: "rate_limit_error"
            case 500...: "server_error"
            default: "invalid_request_error"
            }
        return #"{"error":{"message":"\#(escaped(message))","type":"\#(type)","#
            + #""param":\#(quoted(parameter)),"code":\#(quoted(code))}}"#
    }

    /// Text as it stands between a JSON string's quotes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\0"..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func quoted(_ text: String?) -> String {
        text.map { "\"\(escaped($0))\"" } ?? "null"
    }
}
