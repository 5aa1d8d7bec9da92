import VMScriptSyntax

// Values that do not fit what the host decodes them as: VM032x.
extension Diagnostic {
  static func wrongType(
    _ path: String, _ value: Value, expected: String, at span: Span?
  ) -> Diagnostic {
    let isUnknown = if case .unknown = value { true } else { false }
    return Diagnostic(
      code: .evaluation.wrongOutputType,
      "\(subject(path)) must be \(expected), not \(value.kindInWords)",
      at: span.map { Label($0, value.excerpt(60)) },
      notes: isUnknown ? ["what only a host knows cannot be decoded"] : [],
      helps: help(value, expected).map { [Help($0)] } ?? [])
  }

  static func missingKey(
    _ key: String, in path: String?, known: [String], at span: Span?
  ) -> Diagnostic {
    let close = closest(to: key, among: known)
    return Diagnostic(
      code: .evaluation.missingOutputOrKey,
      path.map { "\(subject($0)) lacks `\(key)`" } ?? "the script gives no output `\(key)`",
      at: span.map { Label($0, path == nil ? "no such output" : "no such key") },
      helps: [
        Help(
          close.map { "did you mean `\(key)` where it says `\($0)`?" }
            ?? (path == nil ? "add `output \(key) = …`" : "add `\(key): …`"))
      ])
  }

  static func unreadKey(
    _ key: String, in path: String, known: [String], at span: Span?
  ) -> Diagnostic {
    Diagnostic(
      code: .evaluation.unreadKey, "\(subject(path)) has no use for `\(key)`",
      at: span.map { Label($0, "nothing reads this") },
      notes: known.isEmpty ? [] : ["it takes \(known.joined(separator: ", "))"],
      helps: closest(to: key, among: known).map {
        [Help("did you mean `\($0)`?", span: span, replacement: $0)]
      } ?? [])
  }

  static func unfitValue(
    _ path: String, reason: String?, found: Value, choices: [String], at span: Span?
  ) -> Diagnostic {
    let word = if case .string(let text) = found { text } else { "" }
    return Diagnostic(
      code: .evaluation.unfitOutput, "\(subject(path)) cannot be \(found.excerpt(60))",
      at: span.map { Label($0) },
      notes: [reason].compactMap { $0.map { excerpt($0, 1_000) } }
        + (choices.isEmpty ? [] : ["it can be \(choices.joined(separator: ", "))"]),
      helps: closest(to: word, among: choices).map { [Help("did you mean `\($0)`?")] } ?? [])
  }

  private static func subject(_ path: String) -> String {
    path.isEmpty ? "the whole of the outputs" : "`\(path)`"
  }

  private static func help(_ value: Value, _ expected: String) -> String? {
    switch value {
    case .int(let number) where expected == ByteSize.scriptType:
      "a size needs a unit: write `\(number)GiB` or `\(number)MiB`"
    case .int(let number) where expected == Duration.scriptType:
      "a duration needs a unit: write `\(number)s`"
    case .string(let text) where expected == Int.scriptType && Int64(text) != nil:
      "a number has no quotes: write `\(text)`"
    default: nil
    }
  }
}
