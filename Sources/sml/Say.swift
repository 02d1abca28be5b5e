// Lines for the person at the command; stdout stays for results.

import Base
import Scenarios

/// Prints one line, or several, on stderr.
func say(_ text: String) { StandardError.write("\(text)\n") }
