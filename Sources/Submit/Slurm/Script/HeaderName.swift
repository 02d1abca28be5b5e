// Values of `#SBATCH` lines. sbatch reads its header with rules of its own, so only what means nothing to it is let in;
// no site's names have more.

import Base
import Scenarios

package enum HeaderName {
    /// `text` when it may stand in a header.
    ///
    /// - Throws: ``SubmitError/usage(_:)`` that names `option`.
    package static func checked(_ text: String, option: String) throws -> String {
        let isName =
            !text.isEmpty && !text.hasPrefix("-")
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "_.,@+-".unicodeScalars.contains($0))
            }
        guard isName else {
            throw SubmitError.usage(
                "\(option): \(JSON.string(text).shown) is not accepted; expected letters, digits and _ . , @ + -")
        }
        return text
    }
}
