// Delivers a file of undelivered states after the run, with the same patience as the run itself.

extension UndeliveredStates {
    /// Pushes these states, retrying for up to `drain`. The result says what is still missing; the caller decides
    /// whether the file stays. Throws `RemoteWriteConfigurationError`.
    package func push(
        to configuration: RemoteWriteConfiguration, drain: Duration = .seconds(60),
        onNotice: @escaping @Sendable (DeliveryNotice) -> Void = { _ in }
    ) async throws -> DeliveryResult {
        var configuration = configuration
        // The run decided about stale markers; ending series that others may have gone on with is not ours to do.
        configuration.staleMarkers = false
        let writer = try RemoteWriter(configuration: configuration, onNotice: onNotice)
        writer.submit(updates)
        return await writer.finish(drain: drain)
    }
}
