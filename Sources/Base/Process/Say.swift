// Lines for the person at the command; stdout stays for results.

/// Prints one line, or several, on stderr.
package func say(_ text: String) { StandardError.write("\(text)\n") }
