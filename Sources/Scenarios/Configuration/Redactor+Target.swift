// What of a plan must not be shown, wherever a server's words are.

import Base

extension Redactor {
    /// Hides the key and the headers that may hold one.
    package init(hiding target: RequestTarget) { self.init(hiding: [target]) }

    /// The same of several: each may be sent what another's server says.
    package init(hiding targets: [RequestTarget]) {
        self.init(
            secrets: targets.flatMap { target in
                [target.apiKey] + target.headers.filter { HeaderTrust.isHidden($0.name, value: $0.value) }.map(\.value)
            })
    }
}
