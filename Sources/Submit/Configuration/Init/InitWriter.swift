// Writes what `sml init` has gathered: secrets first, so that the file never says a secret is kept which is not.

import Base

/// Where new secrets go.
package enum SecretPlace: String, Sendable, CaseIterable {
    case keyring, file
    /// Nowhere: they are in the environment at each run.
    case environment
}

extension InitAnswers {
    /// Writes secrets and file; returns one line for each thing done.
    ///
    /// - Parameter place: nil for the desktop keyring where one answers, else the file that the Python `sml` reads too.
    /// - Throws: ``SubmitError`` when something cannot be written.
    package func write(
        secretsIn place: SecretPlace?, existing: [Secrets.Name: String], environment: [String: String]
    ) async throws -> [String] {
        var file = file
        var lines: [String] = []
        for name in Secrets.Name.allCases where file.tree.holds(name.rawValue) {
            // One that stood in the file itself moves out of it.
            if let secret = secrets[name] ?? file.literalSecret(name.rawValue) {
                let kept = try await Self.keep(secret, name, in: place, environment: environment)
                lines.append("\(name.title): \(kept ?? "not kept; it is read from \(name.variables[0])")")
                file.tree.set(name.rawValue, kept == nil ? nil : ConfigurationFile.placeholder)
            } else if let place = existing[name] {
                lines.append("\(name.title): in \(place), as before")
                file.tree.set(name.rawValue, ConfigurationFile.placeholder)
            } else {
                file.tree.set(name.rawValue, nil)
            }
        }
        try file.save()
        return lines + ["wrote \(file.path)"]
    }

    /// Says where it is kept, or nil.
    private static func keep(
        _ secret: String, _ name: Secrets.Name, in place: SecretPlace?, environment: [String: String]
    ) async throws -> String? {
        let file = FileSecrets(configurationDirectory: ConfigurationFile.directory(environment: environment))
        let keyring = DesktopKeyring(environment: environment)
        switch place {
        case .environment: return nil
        case .file: break
        case .keyring:
            guard let keyring else {
                throw SubmitError.usage(
                    "--secrets keyring: secret-tool or a desktop session is missing; use --secrets file")
            }
            try await keyring.write(name.rawValue, secret)
            file.remove(name.rawValue)
            return "kept in \(keyring.place)"
        case nil:
            // A keyring that does not answer is no reason to fail where nobody asked for it.
            if let keyring, (try? await keyring.write(name.rawValue, secret)) != nil {
                file.remove(name.rawValue)
                return "kept in \(keyring.place)"
            }
            let python = PythonKeyringFile(environment: environment)
            try await python.write(name.rawValue, secret)
            file.remove(name.rawValue)
            return "kept in \(python.place), readable by you only, where the Python sml finds it too"
        }
        let directory = ConfigurationFile.directory(environment: environment)
        try Directories.make(directory)
        try await file.write(name.rawValue, secret)
        return "kept in \(file.path(name.rawValue)), readable by you only"
    }
}
