// What decided the result without being asked for: the way to the server, the build, the environment.

import Base
import Generator

extension BlockWriter {
    var conditions: TextSection {
        var section = TextSection()
        for kind in result.connections.prefix(8) {
            let spoken = [kind.httpVersion, kind.tlsVersion, kind.cipher].compactMap { $0 }.map { plain($0) }
            let text = "\(plain(kind.address)): \(Format.grouped(kind.count)) opened" + spoken.map { ", \($0)" }.joined()
            section.add(row(section.lines.isEmpty ? "server" : "", text), .detail)
        }
        if result.connections.count > 8 { section.add(row("", "and \(result.connections.count - 8) more kinds"), .detail) }
        let reasons = result.finishReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8)
            .map { "\(plain($0.key)) \(Format.grouped($0.value))" }
        if !reasons.isEmpty { section.add(row("finished by", reasons.joined(separator: ", ")), .detail) }
        guard let run = result.run else { return section }
        if let conditions = run.conditions {
            if let proxy = conditions.proxy { section.add(row("proxy", plain(proxy)), .context) }
            if let digest = conditions.systemPromptDigest { section.add(row("system prompt", plain(digest)), .detail) }
            if conditions.realtime == true { section.add(row("priority", "real time, for the generator's shards"), .detail) }
            let names = conditions.environment.map { plain($0.name) }
            if !names.isEmpty { section.add(row("environment", names.joined(separator: ", ")), .detail) }
        }
        let build = run.build.map { " (\(plain($0.commit).prefix(12))\($0.dirty ? ", changed" : ""))" } ?? ""
        let library = plain(run.libcurlVersion).split(separator: " ").prefix(2).joined(separator: " ")
        section.add(row("build", "\(plain(run.version))\(build), \(library)"), .detail)
        return section
    }
}
