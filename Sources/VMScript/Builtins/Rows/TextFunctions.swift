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
      .texts, "secret", [Parameter("text")], "The text, masked wherever it is shown",
      "secret(\"hidden\")", type: .named(.secret)
    ) { evaluator, call in
      .secret(SecretText(try evaluator.text(call[0], at: call.id).text))
    },
  ]
}
