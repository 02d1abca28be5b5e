// Entries as other programs write them, where it is plain what to send: ShareGPT's conversations, requests of an OpenAI batch,
// objects with a prompt. An entry that is none of these is named by what it looks like.

import Base

extension CorpusEntry.Others {
    /// Reads the value of a key of another form; false if it is none.
    mutating func read(_ key: JSONString, _ scanner: inout JSONScanner) throws -> Bool {
        if scanner.equals(key, "prompt"), prompt == nil {
            prompt = (key, try scanner.skipValue())
        } else if scanner.equals(key, "conversations"), conversations == nil {
            conversations = (key, try scanner.skipValue())
        } else if scanner.equals(key, "url"), url == nil {
            url = (key, try scanner.skipValue())
        } else if scanner.equals(key, "custom_id"), customID == nil {
            customID = key
            try scanner.skipValue()
        } else if scanner.equals(key, "method"), method == nil {
            method = key
            try scanner.skipValue()
        } else if scanner.equals(key, "id"), id == nil {
            id = key
            try scanner.skipValue()
        } else {
            return false
        }
        return true
    }

    /// Those that stayed.
    func countUnsent(in scanner: JSONScanner, _ reading: inout CorpusReading) {
        for key in [prompt?.key, conversations?.key, url?.key, customID, method, id] {
            if let key { reading.countUnsent(key, in: scanner) }
        }
    }
}

extension CorpusEntry {
    /// Takes the entry's prompt out of the keys of another form, and these out of `others`.
    mutating func takeOtherForm(
        _ others: inout Others, entry: Range<Int>, _ scanner: JSONScanner, _ reading: inout CorpusReading
    ) throws {
        if let prompt = others.prompt {
            form = .promptKey
            var values = JSONScanner(scanner.bytes, range: prompt.value)
            switch try values.peek() {
            case .string: takeContent(try values.string())
            case .array: try readMessages(&values)
            default: throw Failure(offset: prompt.value.lowerBound, reason: "prompt: expected text, or a list of message objects")
            }
            others.prompt = nil
        } else if let conversations = others.conversations {
            form = .shareGPT
            try takeFirstHumanTurn(of: JSONScanner(scanner.bytes, range: conversations.value))
            isLeftOut = content == nil
            others.conversations = nil
            others.id = nil
        } else if let body, others.url != nil || others.customID != nil {
            form = .batch
            if let url = others.url { try requireChat(url.value, in: scanner) }
            self.body = nil
            try takeRequest(JSONScanner(scanner.bytes, range: body), &reading)
            others = Others()
        } else {
            throw Failure(offset: entry.lowerBound, reason: Self.nothingToSend(JSONScanner(scanner.bytes, range: entry)))
        }
    }

    private mutating func takeFirstHumanTurn(of turns: JSONScanner) throws {
        let accepted = "conversations: expected a list of {from, value}, as ShareGPT has them"
        var turns = turns
        guard try turns.peek() == .array else { throw Failure(offset: turns.offset, reason: accepted) }
        try turns.beginArray()
        while try turns.nextElement() {
            guard try turns.peek() == .object else { throw Failure(offset: turns.offset, reason: accepted) }
            let start = turns.offset
            var speaker: JSONString?
            var value: JSONString?
            try turns.beginObject()
            while let key = try turns.nextKey() {
                let isText = try turns.peek() == .string
                if isText, turns.equals(key, "from") {
                    speaker = try turns.string()
                } else if isText, turns.equals(key, "value") {
                    value = try turns.string()
                } else {
                    try turns.skipValue()
                }
            }
            guard let speaker, let value else { throw Failure(offset: start, reason: accepted) }
            if turns.equals(speaker, "human") || turns.equals(speaker, "user") { return takeContent(value) }
        }
    }

    private func requireChat(_ url: Range<Int>, in scanner: JSONScanner) throws {
        let text = String(decoding: scanner.bytes[url], as: UTF8.self)
        guard text.hasSuffix("/chat/completions\"") else {
            throw Failure(
                offset: url.lowerBound, reason: "url: \(text) of an OpenAI batch is not accepted; expected \"/v1/chat/completions\"")
        }
    }

    /// All of a batch's body is a request, so all of it is sent but what the run says itself.
    private mutating func takeRequest(_ request: JSONScanner, _ reading: inout CorpusReading) throws {
        var request = request
        try request.beginObject()
        while let key = try request.nextKey() {
            if request.equals(key, "messages") {
                try readMessages(&request)
            } else if request.equals(key, "max_tokens") {
                try readMaxTokens(&request)
            } else if request.equals(key, "model") {
                // In every one; the note says that it is not sent.
                try request.skipValue()
            } else if request.equals(key, "stream") || request.equals(key, "stream_options") {
                reading.countUnsent(key, in: request)
                try request.skipValue()
            } else if try readParameter(key, &request), let index = RequestKeys.index(of: key, in: request) {
                reading.countSent(index)
            }
        }
        guard messages != nil else { throw Failure(offset: request.offset - 1, reason: "body of an OpenAI batch: messages is missing") }
    }

    private static func nothingToSend(_ entry: JSONScanner) -> String {
        var keys: [String] = []
        var list: String?
        var entry = entry
        // It has been read before.
        _ = try? entry.beginObject()
        while let key = (try? entry.nextKey()) ?? nil {
            let name = JSONText.decode(key, in: entry.bytes)
            if (try? entry.peek()) == .array { list = list ?? name }
            keys.append(name)
            guard (try? entry.skipValue()) != nil else { break }
        }
        let shown = keys.isEmpty ? "" : " but \(keys.prefix(8).joined(separator: ", "))\(keys.count > 8 ? ", …" : "")"
        let looks: String? =
            switch Set(keys) {
            case let keys where keys.isSuperset(of: ["instruction", "output"]): "Alpaca's instructions"
            case let keys where keys.isSuperset(of: ["question", "answer"]): "questions with their answers"
            case let keys where keys.isSuperset(of: ["choices", "usage"]): "answers of a server"
            case ["text"]: "text for training"
            case let keys where keys.count == 1 && list != nil:
                "one object around the list; give the list itself (jq '.\(list ?? "")' FILE)"
            default: nil
            }
        return "has neither content nor messages\(shown)\(looks.map { "; it looks like \($0)" } ?? "")"
    }
}
