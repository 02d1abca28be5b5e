// What of a plan must not be shown, wherever a server's words are.

import Base

extension Redactor {
    /// Hides the key and the headers that may hold one.
    package init(hiding target: RequestTarget) {
        let headers = target.headers.filter { HeaderTrust.isHidden($0.name, value: $0.value) }
        self.init(secrets: [target.apiKey] + headers.map(\.value))
    }
}
