// `sml loadtest corpus`: what a corpus is like, before a run.

import ArgumentParser
import Base
import Glibc
import ScenarioFiles
import Scenarios

struct CorpusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Describe a prompt corpus: lengths, repeats, what is sent.",
        discussion: """
            Reads the corpus as a run does and prints its form, its entries by label with their lengths, how many texts \
            repeat, how many entries begin as another does (what a server's prefix cache makes use of), and the keys of \
            entries that are sent and not sent. Tokens are estimated: a token is taken for \
            \(CorpusProfile.charactersPerToken) characters.

            Read are JSON arrays and JSON Lines of entries (content or messages), of texts, of objects with a prompt, of \
            ShareGPT's conversations and of requests of an OpenAI batch, and CSV with a column content or prompt. Exit \
            code \(ExitStatus.corpus.rawValue): missing, unreadable or none of these.

            EXAMPLES
              sml loadtest corpus prompts.json
              sml loadtest corpus sharegpt.json --json | jq .all.characters
              sml loadtest corpus            # the built-in one
              zcat prompts.jsonl.gz | sml loadtest corpus -
            """)

    @Argument(help: ArgumentHelp("Corpus; - is standard input. The built-in one if not given.", valueName: "file"))
    var file: String?

    @Flag(help: "Print a JSON document instead of the readable text.")
    var json = false

    func run() async throws {
        try await CommandFailure.reported {
            let options = CorpusOptions()
            let corpus = try file.map { (path) throws(ConfigurationError) in try Corpus.load(path: path, options: options) }
            let profile = CorpusProfile(
                of: try corpus ?? PackagedCorpus.load(options: options), file: file ?? PackagedCorpus.name,
                size: file.map(Self.size) ?? PackagedCorpus.bytes.count)
            try StandardOutput.write(json ? profile.document().prettyJSON() + "\n" : profile.text())
        }
    }

    /// Bytes; nil for what is no file.
    private static func size(of path: String) -> Int? {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }
}
