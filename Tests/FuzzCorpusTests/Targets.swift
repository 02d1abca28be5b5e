// Every parser of outside input as a function of bytes that must neither trap nor break its promises. The fuzzer calls
// them with what it invents, the tests with what it found.

import Foundation

@testable import Endpoint
@testable import Generator
@testable import Metrics
@testable import RemoteWrite
@testable import ScenarioFiles
@testable import Base
@testable import Scenarios

enum FuzzTarget: String, CaseIterable {
    case duration, configuration, scenario, corpus, response, decoder, records, undelivered, receiver
    case chatRequest = "chat-request"
    // Targets+Cluster.swift
    case k6, script, settings, slurm, firecrest, kept
    // Targets+Launch.swift
    case environment, launch, catalog, options
    // Targets+Results.swift
    case task, merge, summary
    // Targets+Streams.swift
    case stream

    func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .duration: Self.duration(bytes)
        case .configuration: Self.configuration(bytes)
        case .scenario: Self.scenario(bytes)
        case .corpus: Self.corpus(bytes)
        case .response: Self.response(bytes)
        case .decoder: Self.decoder(bytes)
        case .records: Self.records(bytes)
        case .undelivered: Self.undelivered(bytes)
        case .receiver: Self.receiver(bytes)
        case .chatRequest: _ = try? ChatRequestScanner.scan(bytes)
        case .k6: Self.k6(bytes)
        case .script: Self.script(bytes)
        case .settings: Self.settings(bytes)
        case .slurm: Self.slurm(bytes)
        case .firecrest: Self.firecrest(bytes)
        case .kept: Self.kept(bytes)
        case .environment: Self.environment(bytes)
        case .launch: Self.launch(bytes)
        case .catalog: Self.catalog(bytes)
        case .options: Self.options(bytes)
        case .task: Self.task(bytes)
        case .merge: Self.merge(bytes)
        case .summary: Self.summary(bytes)
        case .stream: Self.stream(bytes)
        }
    }

    /// What is printed reads back as the same time.
    private static func duration(_ bytes: UnsafeRawBufferPointer) {
        guard let parsed = DurationGrammar.parse(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(DurationGrammar.parse(DurationGrammar.format(parsed.duration))?.duration == parsed.duration)
    }

    /// Errors are one line that begins with the file; what was read is written back the same.
    private static func configuration(_ bytes: UnsafeRawBufferPointer) {
        checked {
            let configuration = try RunConfiguration.parse(bytes: bytes, file: "file")
            let again = try RunConfiguration.parse(configuration.json(), file: "file")
            precondition(again == configuration)
            let resolved = try configuration.resolve()
            _ = resolved.plan.executor.arrivals?.count
            _ = try resolved.scaled(toDuration: .seconds(30))
        }
    }

    private static func scenario(_ bytes: UnsafeRawBufferPointer) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        checked {
            let value = try YAMLReader.parse(text, file: "file")
            guard case .object = value else { return }
            let definition = ScenarioDefinition(name: "file", value: value, origin: .file("file"))
            let configuration = try RunConfiguration.build(
                scenario: definition, serverURL: "http://localhost:8000", apiKey: nil, model: "m",
                overrides: RunOverrides())
            _ = try configuration.resolve()
        }
    }

    /// Every prompt that is kept has a label and a body that is JSON.
    private static func corpus(_ bytes: UnsafeRawBufferPointer) {
        checked {
            let corpus = try Corpus.load(bytes: bytes, file: "file", options: CorpusOptions(model: "m"))
            precondition(corpus.count > 0)
            precondition(corpus.reading.forms.values.reduce(0, +) == corpus.sourceCount)
            let profile = CorpusProfile(of: corpus, file: "file", size: nil)
            precondition(profile.all.characters.count == corpus.count && profile.distinct <= corpus.count)
            precondition(isPlain(profile.text().replacing("\n", with: "")))
            for index in 0..<corpus.count {
                precondition(corpus.labels.indices.contains(corpus.labelIndex(at: index)))
                precondition(ChatCompletions.read(corpus.body(at: index), AnswerSetting()).parsed)
            }
        }
    }

    private static func response(_ bytes: UnsafeRawBufferPointer) {
        let facts = ChatCompletions.read(bytes, AnswerSetting())
        precondition(facts.parsed || !facts.hasChoices && facts.finishReason == .absent && facts.promptTokens == -1)
        // -1 is absent, -2 above what any answer has.
        precondition(facts.promptTokens >= -2 && facts.completionTokens >= -2)
    }

    /// A line with the value of `Content-Encoding`, then the body. In pieces it is what it is as a whole, and neither is more than
    /// the body allows.
    private static func decoder(_ bytes: UnsafeRawBufferPointer) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        let codings = ContentCoding.list(String(decoding: bytes[..<end], as: UTF8.self))
        guard !codings.isEmpty else { return }
        let body = bytes[end...].dropFirst()
        func decode(piece: Int) -> (bytes: [UInt8], failure: DecodingError?) {
            let decoder = ContentDecoder(codings)
            var decoded: [UInt8] = []
            var rest = body
            while !rest.isEmpty {
                decoder.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(piece))) {
                    decoded += $0
                    return true
                }
                rest = rest.dropFirst(piece)
            }
            precondition(decoder.received == body.count)
            precondition(decoded.count <= ContentDecoder.outputAllowance + ContentDecoder.outputRatio * body.count)
            return (decoded, decoder.end())
        }
        let whole = decode(piece: max(1, body.count))
        let pieces = decode(piece: 5)
        // The bound grows with what has come, so that a body in pieces can meet it earlier.
        // (libzstd sees a wrong content size only in a frame that is there whole.)
        precondition(
            (whole.failure == nil) == (pieces.failure == nil) || pieces.failure == .tooMuch || codings.contains(.zstandard))
        precondition(whole.failure != nil || pieces.failure != nil || whole.bytes == pieces.bytes)
    }

    /// Summary and export of whatever a file holds.
    private static func records(_ bytes: UnsafeRawBufferPointer) {
        let path = "/dev/shm/sml-fuzz-\(getpid())"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0 && write(file, bytes.baseAddress, bytes.count) == bytes.count)
        close(file)
        defer { unlink(path) }
        do {
            _ = try SummaryBuilder.rebuild(fromRecords: path).jsonData()
            for format in [RecordExport.Format.csv, .jsonl] {
                try RecordExport(format: format).write(RecordFileReader(path: path)) { _ in }
            }
        } catch {
            oneLine(error)
        }
    }

    private static func undelivered(_ bytes: UnsafeRawBufferPointer) {
        do {
            let updates = try WriteRequestDecoder.decode(Array(bytes))
            var encoder = WriteRequestEncoder()
            _ = try encoder.encode(updates)
        } catch {
            oneLine(error)
        }
    }

    /// One variable a line, without the prefix. The secret is in no error.
    private static func receiver(_ bytes: UnsafeRawBufferPointer) {
        var variables = ["K6_PROMETHEUS_RW_PASSWORD": "canary-secret"]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { variables["K6_PROMETHEUS_RW_" + parts[0]] = String(parts[1]) }
        }
        do {
            let configuration = try RemoteWriteConfiguration(environment: variables) {
                DurationGrammar.parse($0)?.duration
            }
            precondition(!"\(configuration)".contains("canary-secret"))
        } catch {
            oneLine(error)
            precondition(variables.count > 1 || !"\(error)".contains("canary-secret"))
        }
    }

    static func checked(_ body: () throws -> Void) {
        do {
            try body()
        } catch let error as ConfigurationError {
            oneLine(error)
            precondition(error.description.hasPrefix("file"), error.description)
        } catch {
            fatalError("another error: \(error)")
        }
    }

    /// Without anything that a terminal would obey.
    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static func oneLine(_ error: any Error) {
        let text = "\(error)"
        precondition(!text.isEmpty && !text.utf8.contains { $0 == 10 || $0 == 13 }, text)
    }
}
