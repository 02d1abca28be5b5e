// A server's words as a person reads them: of JSON the message, of a page its text. The summary keeps them as they came.

import Base

package enum ServerMessage {
    /// What `words` say without what surrounds it; as they are where that cannot be told, such as in a document that is cut.
    package static func essence(of words: String) -> String {
        if words.hasPrefix("{") {
            guard let json = try? JSON.parse(words) else { return words }
            let error = json["error"] ?? .null
            let message = error["message"]?.text ?? error.text ?? json["message"]?.text ?? json["detail"]?.text ?? ""
            return message.isEmpty ? words : message
        }
        guard words.hasPrefix("<") else { return words }
        let text = withoutMarks(words)
        return text.isEmpty ? words : text
    }

    /// Text between a page's tags, which says the same in its title and its heading: once is enough.
    private static func withoutMarks(_ page: String) -> String {
        var texts: [String] = []
        for piece in page.split(separator: "<") {
            guard let end = piece.firstIndex(of: ">") else { continue }
            let text = String(piece[piece.index(after: end)...]).trimmingBlanks
            if !text.isEmpty, !texts.contains(text) { texts.append(text) }
        }
        return texts.joined(separator: " | ")
    }
}
