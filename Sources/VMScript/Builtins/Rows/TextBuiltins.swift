import Crypto
import Foundation
import VMScriptSyntax

extension Builtin {
  /// The functions of texts.
  static let textFunctions: [Builtin] = [
    .function(
      .texts, "join",
      [Parameter("list", .list), Parameter("between", .string, default: .string(""))],
      "The items as one text", "join([\"a\", \"b\"], \"-\")", gives: "\"a-b\"", type: .string
    ) { evaluator, call in try evaluator.join(call[0], between: call.text(1), call) },
    .function(
      .texts, "split", [Parameter("text", .text), Parameter("at", .string)], "The parts of a text",
      "split(\"a-b\", \"-\")", gives: "[\"a\", \"b\"]", type: .strings, produces: .everything
    ) { evaluator, call in
      try evaluator.split(call.text(0), at: call.text(1), call).hidden(if: call[0])
    },
    .function(
      .texts, "format",
      [Parameter("text", .string), Parameter("value", default: Value.none, isRepeated: true)],
      "The text with each `{}` replaced by the next value", "format(\"web-{}\", 1)",
      gives: "\"web-1\"", type: .string
    ) { evaluator, call in try evaluator.format(call.text(0), call.arguments.dropFirst(), call) },
    .function(
      .texts, "secret", [Parameter("text")], "The text as a secret, masked wherever it is shown",
      "secret(\"hidden\")", type: .named(.secret)
    ) { evaluator, call in
      .secret(SecretText(try evaluator.text(call[0], at: call.id).text))
    },
  ]
}

extension Builtin {
  /// The members of texts, secret or not.
  static let textMembers: [Builtin] = [
    .attribute(
      "count", of: .string, doc: "The number of characters", "\"web\".count", gives: "3",
      type: .int
    ) { _, call in .int(call.base.count) },
    .attribute(
      "lines", of: .string, .secret, doc: "The lines, without their ends", "\"a\\nb\\n\".lines",
      gives: "[\"a\", \"b\"]", type: .strings, produces: .everything
    ) { evaluator, call in try evaluator.lines(of: call.text(call.base), call.id) },
    .attribute(
      "is_empty", of: .string, doc: "Whether it has no characters", "\"\".is_empty", gives: "true",
      type: .bool
    ) { _, call in .bool(try call.text(call.base).isEmpty) },
    .method(
      "split", of: .string, .secret, taking: [Parameter("at", .string)],
      doc: "The parts between the occurrences of another text", "\"a-b\".split(\"-\")",
      gives: "[\"a\", \"b\"]", type: .strings, produces: .everything
    ) { evaluator, call in try evaluator.split(call.text(call.base), at: call.text(0), call) },
    .method(
      "trim", of: .string, .secret, doc: "The text without white space at its ends",
      "\"  web \".trim()", gives: "\"web\"", type: .string
    ) { _, call in
      .string(try call.text(call.base).trimmingCharacters(in: .whitespacesAndNewlines))
    },
    .method(
      "upper", of: .string, .secret, doc: "The text in upper case", "\"web\".upper()",
      gives: "\"WEB\"",
      type: .string
    ) { evaluator, call in try evaluator.cased(call) { $0.uppercased() } },
    .method(
      "lower", of: .string, .secret, doc: "The text in lower case", "\"WEB\".lower()",
      gives: "\"web\"",
      type: .string
    ) { evaluator, call in try evaluator.cased(call) { $0.lowercased() } },
    .method(
      "replace", of: .string, .secret,
      taking: [Parameter("old", .string), Parameter("new", .string)],
      doc: "The text with every OLD replaced by NEW", "\"a.b.c\".replace(\".\", \"-\")",
      gives: "\"a-b-c\"", type: .string
    ) { evaluator, call in
      .string(
        try evaluator.replace(call.text(0), in: call.text(call.base), by: call.text(1), call.id))
    },
    .method(
      "contains", of: .string, .secret, taking: [Parameter("text", .string)],
      doc: "Whether it contains the other text", "\"web-1\".contains(\"-\")", gives: "true",
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
  /// Returns the text before the dot in another case; one letter may become three.
  fileprivate mutating func cased(
    _ call: BuiltinCall, _ change: (String) -> String
  ) throws -> Value {
    let text = try call.text(call.base)
    try requireRoom(3 * text.utf8.count, at: call.id)
    return .string(change(text))
  }
}

extension Builtin {
  /// The functions of formats and digests.
  static let formatFunctions: [Builtin] = [
    .function(
      .formats, "json", [Parameter("text", .string)],
      "The value of a JSON text; duplicate keys are refused", "json(\"[1, true]\")",
      gives: "[1, true]", type: .any, produces: .everything
    ) { evaluator, call in
      try evaluator.parsed(call, "JSON") { try JSONReader.value($0, bounds: $1) }
    },
    .function(
      .formats, "yaml", [Parameter("text", .string)],
      "The value of one YAML document; merge keys are applied, tags other than YAML's own are refused",
      "yaml(\"a: 1\")", gives: "{ a: 1 }", type: .any, produces: .everything
    ) { evaluator, call in
      try evaluator.parsed(call, "YAML") { try YAMLReader.value($0, bounds: $1) }
    },
    .function(
      .formats, "to_json", [Parameter("value")], "The value as JSON", "to_json({a: 1})",
      gives: "\"{\\\"a\\\": 1}\"", type: .string
    ) { evaluator, call in
      try evaluator.document(call) {
        let text = call[0].json(indentation: nil, revealsSecrets: true, limit: $0.room)
        try $0.requireRoom(text.utf8.count, at: call.id)
        return text
      }
    },
    .function(
      .formats, "to_yaml", [Parameter("value")],
      "The value as YAML that readers of 1.1 and 1.2 read back unchanged", "to_yaml({a: 1})",
      type: .string
    ) { evaluator, call in
      try evaluator.document(call) {
        try $0.requireRoom(try $0.writingRoom(call[0], at: call.id), at: call.id)
        do { return try YAMLWriter.text(call[0]) } catch {
          throw Diagnostic.invalidText("YAML", "\(error)", at: call.span)
        }
      }
    },
    digest(
      "base64", "The text in Base64", "base64(\"hi\")", gives: "\"aGk=\"", growth: 3
    ) { Data($0.utf8).base64EncodedString() },
    digest(
      "sha256", "The SHA-256 of the text, in hexadecimal", "sha256(\"hi\")", growth: 1
    ) { SHA256.hash(data: Array($0.utf8)).map(Identity.hexadecimal).joined() },
  ]

  /// Creates the row of a function that converts a text, and keeps it secret if it is.
  private static func digest(
    _ name: String, _ doc: String, _ example: String, gives result: String? = nil, growth: Int,
    _ text: @escaping @Sendable (String) -> String
  ) -> Builtin {
    .function(
      .formats, name, [Parameter("text", .text)], doc, example, gives: result, type: .string
    ) { evaluator, call in
      try evaluator.requireRoom(growth * call[0].extent, at: call.id)
      let result = text(try call.text(0))
      if case .secret = call[0] { return .secret(SecretText(result)) }
      return .string(result)
    }
  }
}

extension Evaluator {
  /// Returns the value of a text in a format.
  fileprivate mutating func parsed(
    _ call: BuiltinCall, _ format: String, _ read: (String, ReadBounds) throws -> Value
  ) throws -> Value {
    let text = try call.text(0)
    try requireRoom(text.utf8.count, at: call.id)
    do { return try bounded(at: call.id) { try read(text, $0) } } catch let error as MalformedText {
      throw Diagnostic.invalidText(format, error.reason, at: call.span)
    }
  }

  /// Returns the argument as text: secret if a part of it is, unknown if a part of it is.
  fileprivate mutating func document(
    _ call: BuiltinCall, _ write: (inout Evaluator) throws -> String
  ) throws -> Value {
    if try holdsUnknown(call[0], at: call.id) { return .unknown(.part) }
    let isSecret = try holdsSecret(call[0], at: call.id)
    let text = try write(&self)
    return isSecret ? .secret(SecretText(text)) : .string(text)
  }
}
