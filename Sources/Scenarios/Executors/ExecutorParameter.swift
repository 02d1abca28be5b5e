// An executor's values as data, so that whoever writes them down needs not know which executor it is.

import Base

/// One of an executor's own values, under its key in a scenario file.
package struct ExecutorParameter: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case whole(Int)
        case duration(Duration)
        case stages([Stage])
    }

    package let key: String
    package let value: Value

    init(_ key: String, _ value: Value) {
        self.key = key
        self.value = value
    }

    /// As a scenario file has it.
    var member: JSON.Member {
        switch value {
        case .whole(let number): .init(key, .int(number))
        case .duration(let duration): .init(key, .string(DurationGrammar.format(duration)))
        case .stages(let stages):
            .init(
                key,
                .array(
                    stages.map {
                        .object([
                            .init("duration", .string(DurationGrammar.format($0.duration))),
                            .init("target", .int($0.target)),
                        ])
                    }))
        }
    }
}
