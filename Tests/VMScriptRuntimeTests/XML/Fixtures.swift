import Testing
import VMScript
import VMScriptSyntax

/// Declarations as evaluation would make them, for tests of the XML alone.
enum Fixture {
  static let span = Span(source: SourceID(index: 0), start: 0, length: 0)

  static func block(
    _ schema: BlockSchema, label: String? = nil, _ values: [(String, Value)] = [],
    blocks: [DeclaredBlock] = []
  ) -> DeclaredBlock {
    let properties = values.compactMap { name, value in
      schema.properties.first { $0.name == name }.map {
        DeclaredProperty(schema: $0, value: value, span: span)
      }
    }
    return DeclaredBlock(
      schema: schema, label: label, properties: properties, blocks: blocks, span: span)
  }

  static func inner(
    _ name: String, of kind: ResourceKind, label: String? = nil, _ values: [(String, Value)] = [],
    blocks: [DeclaredBlock] = []
  ) -> DeclaredBlock? {
    Schema.resource(kind).blocks.first { $0.name == name }.map {
      block($0, label: label, values, blocks: blocks)
    }
  }

  static func declaration(
    _ kind: ResourceKind, _ name: String, _ values: [(String, Value)] = [],
    blocks: [DeclaredBlock?] = []
  ) -> Declaration {
    Declaration(
      kind: kind, name: name,
      body: block(Schema.resource(kind), values, blocks: blocks.compactMap { $0 }), span: span,
      nameSpan: span)
  }
}

/// Declarations as a script makes them.
enum Script {
  static func declarations(_ text: String) throws -> [Declaration] {
    let compiled = Engine().compilation(of: SourceText(name: "test.vmscript", text: text))
    let program = try #require(compiled.program, "\(compiled.diagnostics)")
    let outcome = program.evaluate(EvaluationOptions(), host: OfflineHost())
    try #require(outcome.succeeded, "\(outcome.diagnostics)")
    return outcome.declarations.declarations
  }
}
