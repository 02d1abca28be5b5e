// Lines for the person at the command; stdout stays for results.

import Foundation

/// Prints one line, or several, on stderr.
func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
