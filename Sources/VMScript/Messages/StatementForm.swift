import VMScriptSyntax

/// Statements about a domain, as helps write them.
package enum StatementForm {
  /// A verb on a domain, such as `start "web-1"`.
  ///
  /// The domain is named by a string, which means the same in its script, in another one, in the shell
  /// and after `-e`. An identifier means the domain only where the script binds it.
  package static func verb(_ verb: String, _ domain: String, _ rest: String = "") -> String {
    let name = QuotedText.literal(domain)
    // A string with these is a pattern.
    let target = domain.contains { "*?".contains($0) } ? "domain(\(name))" : name
    return ([verb, target] + (rest.isEmpty ? [] : [rest])).joined(separator: " ")
  }

  /// The two statements that restart a domain, in quotes of code.
  package static func restart(_ domain: String) -> String {
    "`\(verb("stop", domain))`, then `\(verb("start", domain))`"
  }
}
