// Short forms that most tests of this target use.

import RemoteWrite
import TestSupport

/// A configuration with the delays of a test: retries within tens of milliseconds, pushes every 50.
func quickConfiguration(_ url: String, interval: Duration = .milliseconds(50)) throws -> RemoteWriteConfiguration {
    let (receiver, credentials) = try ReceiverURL.parse(url)
    var configuration = RemoteWriteConfiguration(receiver: receiver)
    if let credentials {
        configuration.authorization = .basic(user: credentials.user, password: credentials.password)
    }
    configuration.pushInterval = interval
    configuration.delivery.timeout = .seconds(2)
    configuration.delivery.initialBackoff = .milliseconds(20)
    configuration.delivery.maximumBackoff = .milliseconds(100)
    return configuration
}

func update(
    _ name: String, _ value: Double, at time: Int64, labels: [(name: String, value: String)] = []
)
    -> SeriesUpdate
{
    SeriesUpdate(labels: SeriesLabels(name: name, labels: labels), value: value, timestampMilliseconds: time)
}
