import Foundation

extension Builtin {
  /// What belongs to texts, secret or not.
  static let textMembers: [Builtin] = [
    .attribute(
      "count", of: .string, doc: "How many characters it has", "\"web\".count", gives: "3",
      type: .int
    ) { _, call in .int(call.base.count) },
    .attribute(
      "lines", of: .string, .secret, doc: "Its lines, without their ends", "\"a\\nb\\n\".lines",
      gives: "[\"a\", \"b\"]", type: .strings, produces: .everything
    ) { evaluator, call in try evaluator.lines(of: call.text(call.base), call.id) },
    .attribute(
      "is_empty", of: .string, doc: "Whether it has no characters", "\"\".is_empty", gives: "true",
      type: .bool
    ) { _, call in .bool(try call.text(call.base).isEmpty) },
    .method(
      "split", of: .string, .secret, taking: [Parameter("at", .string)],
      doc: "Its parts between the places of another text", "\"a-b\".split(\"-\")",
      gives: "[\"a\", \"b\"]", type: .strings, produces: .everything
    ) { evaluator, call in try evaluator.split(call.text(call.base), at: call.text(0), call) },
    .method(
      "trim", of: .string, .secret, doc: "The text without white space at its ends",
      "\"  web \".trim()", gives: "\"web\"", type: .string
    ) { _, call in
      .string(try call.text(call.base).trimmingCharacters(in: .whitespacesAndNewlines))
    },
    .method(
      "upper", of: .string, .secret, doc: "In capital letters", "\"web\".upper()", gives: "\"WEB\"",
      type: .string
    ) { evaluator, call in try evaluator.cased(call) { $0.uppercased() } },
    .method(
      "lower", of: .string, .secret, doc: "In small letters", "\"WEB\".lower()", gives: "\"web\"",
      type: .string
    ) { evaluator, call in try evaluator.cased(call) { $0.lowercased() } },
    .method(
      "replace", of: .string, .secret,
      taking: [Parameter("old", .string), Parameter("new", .string)],
      doc: "The text with another in every place of OLD", "\"a.b.c\".replace(\".\", \"-\")",
      gives: "\"a-b-c\"", type: .string
    ) { evaluator, call in
      .string(
        try evaluator.replace(call.text(0), in: call.text(call.base), by: call.text(1), call.id))
    },
    .method(
      "contains", of: .string, .secret, taking: [Parameter("text", .string)],
      doc: "Whether the other text is somewhere in it", "\"web-1\".contains(\"-\")", gives: "true",
      type: .bool
    ) { evaluator, call in
      let (text, part) = (try call.text(call.base), try call.text(0))
      return .bool(try part.isEmpty || evaluator.search(part, in: text, at: call.id) > 0)
    },
    .method(
      "starts_with", of: .string, .secret, taking: [Parameter("text", .string)],
      doc: "Whether it begins with the other text", "\"web-1\".starts_with(\"web\")", gives: "true",
      type: .bool
    ) { _, call in .bool(try call.text(call.base).utf8.starts(with: try call.text(0).utf8)) },
    .method(
      "ends_with", of: .string, .secret, taking: [Parameter("text", .string)],
      doc: "Whether it ends with the other text", "\"web-1\".ends_with(\"2\")", gives: "false",
      type: .bool
    ) { _, call in
      .bool(try call.text(call.base).utf8.reversed().starts(with: try call.text(0).utf8.reversed()))
    },
  ]
}

extension Evaluator {
  /// The text before the dot in other letters; a letter may become three.
  fileprivate mutating func cased(
    _ call: BuiltinCall, _ change: (String) -> String
  ) throws -> Value {
    let text = try call.text(call.base)
    try requireRoom(3 * text.utf8.count, at: call.id)
    return .string(change(text))
  }
}
