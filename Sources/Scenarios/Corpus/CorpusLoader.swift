// One pass over a corpus file: entry by entry into bodies, giving back the pages behind. Whatever is wrong with an
// entry stops the run before it starts, with the entry's number and its line and column.

import Base

struct CorpusLoader: ~Copyable {
    private var scanner: JSONScanner
    private let file: String
    private let options: CorpusOptions
    private let kept: Set<String>
    private let discard: (Range<Int>) -> Void
    private var renderer: BodyRenderer
    private var arena = BodyArena()
    private var prompts: ContiguousArray<Corpus.Prompt> = []
    private var labels: [String] = []
    private var labelIndices: [String: Int32] = [:]
    private var otherLabels: Set<String> = []
    private var labelText = 0
    private var sourceCount = 0
    private var bodyBytesTotal = 0
    private var discarded = 0
    private var reading = CorpusReading()
    private var digest = Fingerprint()

    /// Given back this often: seldom enough to cost nothing, small against a corpus that is large enough to matter.
    private static let discardStep = 4 << 20

    init(
        _ bytes: UnsafeRawBufferPointer, file: String, options: CorpusOptions, discard: @escaping (Range<Int>) -> Void
    ) {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        scanner = JSONScanner(bytes, range: start..<bytes.count)
        self.file = file
        self.options = options
        self.discard = discard
        kept = Set(options.promptLabels)
        renderer = BodyRenderer(options)
    }

    mutating func load() throws(ConfigurationError) -> Corpus {
        do {
            try readAll()
        } catch {
            arena.release()
            throw located(error)
        }
        guard !prompts.isEmpty else {
            arena.release()
            throw nothingLeft()
        }
        return Corpus(
            prompts: prompts, labels: labels, arena: arena, sourceCount: sourceCount, bodyBytesTotal: bodyBytesTotal,
            model: options.modelAsked, reading: reading, digest: "fnv1a:\(digest.hexadecimal)")
    }

    private mutating func readAll() throws {
        defer { reading.finish() }
        if let words = ForeignFile.words(scanner.bytes) { throw Whole(reason: words) }
        scanner.skipWhitespace()
        if scanner.isAtEnd { return }
        switch scanner.bytes[scanner.offset] {
        case UInt8(ascii: "["):
            try scanner.beginArray()
            while try scanner.nextElement() { try readEntry() }
            try scanner.finish()
        case UInt8(ascii: "{"):
            try readLines()
        case UInt8(ascii: "\"") where !beginsTable():
            try readLines()
        default:
            guard let rows = try CSVRows(scanner.bytes, from: scanner.offset) else {
                throw Whole(reason: ForeignFile.words(ofText: scanner.bytes[scanner.offset...]))
            }
            try readTable(rows)
        }
    }

    private mutating func readLines() throws {
        reading.file = .lines
        while !scanner.isAtEnd {
            try readEntry()
            guard scanner.skipLineEnd() else { throw scanner.failure("expected the end of the line") }
            scanner.skipWhitespace()
        }
    }

    /// A name in quotes that another follows is the first line of a table.
    private func beginsTable() -> Bool {
        var first = scanner
        guard (try? first.string()) != nil, !first.isAtEnd else { return false }
        return [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].contains(first.bytes[first.offset])
    }

    private mutating func readTable(_ rows: consuming CSVRows) throws {
        reading.file = .csv
        while let row = try rows.next() {
            var scanner = JSONScanner(row)
            do {
                try take(CorpusEntry(&scanner, &reading), in: row)
            } catch {
                // A place in the entry that was made of the row says nothing; the row's does.
                let reason = (error as? CorpusEntry.Failure)?.reason ?? (error as? JSONError)?.reason ?? "\(error)"
                throw CorpusEntry.Failure(offset: rows.start, reason: reason)
            }
            giveBack(upTo: rows.offset)
        }
    }

    private mutating func readEntry() throws {
        let entry = try CorpusEntry(&scanner, &reading)
        try take(entry, in: scanner.bytes)
        giveBack(upTo: scanner.offset)
    }

    private mutating func take(_ entry: CorpusEntry, in bytes: UnsafeRawBufferPointer) throws {
        reading.count(entry.form)
        if entry.isLeftOut {
            reading.leftOut += 1
            sourceCount += 1
            return
        }
        let label = entry.label ?? Corpus.unlabelled
        if kept.isEmpty || kept.contains(label) {
            let body = try renderer.render(entry, in: bytes)
            entry.add(to: &digest, label: label, in: bytes)
            bodyBytesTotal += body.count
            guard sourceCount < Int(Int32.max) else { throw failure("more than 2^31 entries") }
            guard let length = UInt32(exactly: body.count) else { throw failure("a body of 4 GiB or more") }
            prompts.append(
                Corpus.Prompt(
                    body: arena.store(body), length: length, tokens: options.tokensAsked(of: entry, in: bytes),
                    label: try labelIndex(label),
                    source: Int32(sourceCount)))
        } else {
            otherLabels.insert(label)
        }
        sourceCount += 1
    }

    private mutating func giveBack(upTo offset: Int) {
        if offset - discarded >= Self.discardStep {
            // Whole pages only; 64 kB is a multiple of every page size in use.
            let upTo = offset & ~0xFFFF
            discard(discarded..<upTo)
            discarded = upTo
        }
    }

    private mutating func labelIndex(_ label: String) throws -> Int32 {
        if let index = labelIndices[label] { return index }
        guard labels.count < Corpus.mostLabels else {
            throw failure("more than \(Corpus.mostLabels) different labels, which is the limit")
        }
        labelText += label.utf8.count
        guard labelText <= Corpus.mostLabelText else {
            throw failure("labels of more than \(Corpus.mostLabelText >> 20) MiB in all, which is the limit")
        }
        let index = Int32(labels.count)
        labels.append(label)
        labelIndices[label] = index
        return index
    }

    // MARK: Errors

    private func failure(_ reason: String) -> CorpusEntry.Failure { CorpusEntry.Failure(offset: scanner.offset, reason: reason) }

    /// What is wrong with the file, not with an entry.
    private struct Whole: Error {
        let reason: String
    }

    private func located(_ error: any Error) -> ConfigurationError {
        switch error {
        case let error as Whole: ConfigurationError(.corpus, "\(file): \(error.reason)")
        case let error as CorpusEntry.Failure:
            ConfigurationError(.corpus, "\(file): entry \(sourceCount) (\(position(error.offset))): \(error.reason)")
        case let error as JSONError:
            ConfigurationError(
                .corpus, "\(file): entry \(sourceCount) (\(position(error.offset))): not valid JSON: \(error.reason)")
        default: ConfigurationError(.corpus, "\(file): \(error)")
        }
    }

    private func position(_ offset: Int) -> String {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, scanner.bytes.count) where scanner.bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        return "line \(line), column \(offset - lineStart + 1)"
    }

    private func nothingLeft() -> ConfigurationError {
        if sourceCount == 0 { return ConfigurationError(.corpus, "\(file): holds no prompts") }
        if sourceCount == reading.leftOut {
            return ConfigurationError(.corpus, "\(file): no conversation of ShareGPT has a turn of a human")
        }
        let wanted = options.promptLabels.joined(separator: ", ")
        let present = otherLabels.sorted().prefix(20).joined(separator: ", ")
        return ConfigurationError(
            .corpus, "\(file): no prompt has a label in prompt_labels (\(wanted)); labels present: \(present)")
    }
}
