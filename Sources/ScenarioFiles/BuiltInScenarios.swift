// What is packaged with the program: SML's five scenarios with exactly its values (k6 §3.1), and a small corpus for
// runs without one. Embedded in the executable, because a command that needs files beside it breaks when it is copied.

import Base
import Scenarios

enum BuiltInScenarios {
    /// Name and YAML text, in the order of SML's documentation.
    static let scenarios: [(name: String, text: [UInt8])] = [
        ("throughput", PackageResources.throughput_yaml),
        ("ramp", PackageResources.ramp_yaml),
        ("open_loop", PackageResources.open_loop_yaml),
        ("open_loop_ramp", PackageResources.open_loop_ramp_yaml),
        ("open_loop_decode", PackageResources.open_loop_decode_yaml),
    ]
}

/// The packaged corpus: 16 harmless prompts labelled short, medium and long, each with its own max_tokens.
package enum PackagedCorpus {
    /// What errors and summaries call it.
    package static let name = "built-in prompts.json"

    /// The JSON text, as `Corpus.load(bytes:file:options:)` takes it.
    package static var bytes: [UInt8] { PackageResources.prompts_json }

    package static func load(options: CorpusOptions) throws(ConfigurationError) -> Corpus {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ConfigurationError) in
            try Corpus.load(bytes: UnsafeRawBufferPointer(buffer), file: name, options: options)
        }
    }
}
