import Crypto
import Foundation
import VMScriptSyntax

extension Builtin {
  /// The functions of formats and digests.
  static let formatFunctions: [Builtin] = [
    .function(
      .formats, "json", [Parameter("text", .string)],
      "The value that JSON stands for; a key that is given twice is refused", "json(\"[1, true]\")",
      gives: "[1, true]", type: .any, produces: .everything
    ) { evaluator, call in
      try evaluator.parsed(call, "JSON") { try JSONReader.value($0, bounds: $1) }
    },
    .function(
      .formats, "yaml", [Parameter("text", .string)],
      "The value of one YAML document; merge keys are applied, other tags than YAML's own refused",
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
      "The value as YAML that readers of 1.1 and 1.2 take for it", "to_yaml({a: 1})", type: .string
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

  /// A row of a function that gives another text for one, secret if that is.
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
  /// The value that the argument writes in a format.
  fileprivate mutating func parsed(
    _ call: BuiltinCall, _ format: String, _ read: (String, ReadBounds) throws -> Value
  ) throws -> Value {
    let text = try call.text(0)
    try requireRoom(text.utf8.count, at: call.id)
    do { return try bounded(at: call.id) { try read(text, $0) } } catch let error as MalformedText {
      throw Diagnostic.invalidText(format, error.reason, at: call.span)
    }
  }

  /// The argument written out as text: secret if a part of it is, unknown if a part of it is.
  fileprivate mutating func document(
    _ call: BuiltinCall, _ write: (inout Evaluator) throws -> String
  ) throws -> Value {
    if try holdsUnknown(call[0], at: call.id) { return .unknown(.part) }
    let isSecret = try holdsSecret(call[0], at: call.id)
    let text = try write(&self)
    return isSecret ? .secret(SecretText(text)) : .string(text)
  }
}
