import VMScriptSyntax

extension Builtin {
  /// The functions of files and the environment.
  static let outsideFunctions: [Builtin] = [
    reaching("read", "file", "The text of a regular file", type: .string) { evaluator, name, call in
      try evaluator.fileText(name, call).map(Value.string)
    },
    reaching(
      "lines", "file", "The lines of a file", type: .strings, produces: .everything
    ) { evaluator, name, call in
      guard let text = try evaluator.fileText(name, call) else { return nil }
      return try evaluator.lines(of: text, call.id)
    },
    reaching(
      "env", "name", "A variable of the environment; `none` if it is not set", type: .string
    ) { evaluator, name, _ in
      guard let environment = evaluator.access.environment else { return nil }
      return environment(name).map(Value.string) ?? Value.none
    },
    reaching(
      "glob", "pattern", "The files that match a pattern such as `*.iso`", type: .strings,
      produces: .everything
    ) { evaluator, pattern, call in
      guard let glob = evaluator.access.boundedGlob else { return nil }
      let script = evaluator.scriptName
      let paths = try evaluator.bounded(at: call.id) { try glob(pattern, script, $0) }
      return .list(paths.map(Value.string))
    },
  ]

  /// Creates the row of a function that reads something outside the script, as far as the host
  /// allows it.
  ///
  /// - Parameter read: returns nil if the host allows no such access.
  private static func reaching(
    _ name: String, _ parameter: String, _ doc: String, type: ResultType,
    produces: Production = .result,
    _ read: @escaping @Sendable (inout Evaluator, String, BuiltinCall) throws -> Value?
  ) -> Builtin {
    .function(
      .outside, name, [Parameter(parameter, .string)], doc, type: type, produces: produces
    ) { evaluator, call in
      if evaluator.options.ignoresOutside { return .unknown(.failed) }
      do {
        if let result = try read(&evaluator, try call.text(0), call) { return result }
      } catch let failure as OutsideAccess.Failure {
        throw Diagnostic.outsideFailed(name, failure.reason, at: call.span)
      }
      throw Diagnostic.noAccess(name, at: call.span)
    }
  }
}

extension Evaluator {
  /// Returns the text of a file; nil if the host allows no file to be read.
  fileprivate mutating func fileText(_ name: String, _ call: BuiltinCall) throws -> String? {
    guard let read = access.boundedRead else { return nil }
    let script = scriptName
    let bytes = try bounded(at: call.id) { try read(name, script, $0) }
    try requireRoom(bytes.count, at: call.id)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw OutsideAccess.Failure("\(QuotedText.literal(name)) is not UTF-8 text")
    }
    return text
  }
}

extension Builtin {
  /// The functions that find resources that the script declares or the host has.
  static let resourceFunctions: [Builtin] = [
    finding(.image, "The image of this name, declared or on the host"),
    finding(.net, "The network of this name, declared or on the host", "net(\"default\")"),
    finding(.domain, "The domain of this name, declared or on the host", "domain(\"test\")"),
  ]

  private static func finding(
    _ kind: ResourceKind, _ doc: String, _ example: String = ""
  ) -> Builtin {
    .function(
      .resources, kind.rawValue, [Parameter("name", .name)], doc, example, type: .resource(kind)
    ) { evaluator, call in .resource(evaluator.registry.reference(kind, try call.text(0))) }
  }
}
