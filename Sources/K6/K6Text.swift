// What this `k6` says about itself.

package enum K6Text {
    /// - Parameters:
    ///   - version: the product's.
    ///   - machine: e.g. `linux/aarch64`.
    package static func version(product version: String, machine: String) -> String {
        "k6 v1.7.1 as SML uses it, by sml-loadgen \(version) (\(machine))"
    }

    package static func help(product version: String) -> String {
        func names(_ flag: K6Flag) -> String {
            (flag.short.map { "-\($0), " } ?? "") + "--" + flag.name + (flag.value == .required ? " value" : "")
        }
        func section(_ title: String, _ text: (K6Flag) -> String?) -> String {
            title + "\n" + K6Flag.all.compactMap { flag in text(flag).map { "  \(names(flag))\($0)\n" } }.joined()
        }
        return """
            This is sml-loadgen \(version) under the name k6. It runs SML's packaged k6 script, known by its
            content, with k6's command line, outputs and exit codes. It runs no other script.

            usage: k6 run [flags] script.js
                   k6 version

            \(section("Carried out:") { $0.treatment == .carriedOut ? "" : nil })
            \(section("Accepted without an effect:") { flag in
                guard case .accepted(let reason, let values) = flag.treatment else { return nil }
                return (values.isEmpty ? "" : " (only \(values.joined(separator: ", ")))") + ": " + reason
            })
            \(section("Refused:") { flag in
                guard case .refused(let reason) = flag.treatment else { return nil }
                return ": " + reason
            })
            """
    }
}
