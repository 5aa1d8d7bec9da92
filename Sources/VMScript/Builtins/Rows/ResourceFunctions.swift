extension Builtin {
  /// The functions that find what the script declared or the host has.
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
