import OrderedCollections
import VMScriptSyntax

/// Writes declarations as the statements of a script, each after what it stands on.
struct ScriptWriter {
  private let set: DeclarationSet
  private var names = ScriptNames()
  /// By secret text: the parameter that gives it.
  private var parameters: OrderedDictionary<String, String> = [:]
  private var statements: [String] = []

  init(_ set: DeclarationSet) {
    self.set = set
    let declarations = set.declarations.inOrderOfDependence()
    for declaration in declarations { names.bind(declaration.key) }
    for declaration in declarations {
      statements.append(statement(declaration))
      names.noteDeclared(declaration.key)
    }
  }

  /// The whole script, not yet formatted.
  var text: String {
    var parts = ["stack \(QuotedText.literal(set.stack))"]
    if !parameters.isEmpty {
      let lines = parameters.values.map { "param \($0): secret" }
      parts.append(
        (["# Given by `--set NAME=VALUE` or VMSCRIPT_NAME."] + lines).joined(separator: "\n"))
    }
    return (parts + statements).joined(separator: "\n\n") + "\n"
  }

  private mutating func statement(_ declaration: Declaration) -> String {
    let name = names.declared(declaration.key)
    switch declaration.source {
    case .declared(let source) where names.isDeclared(.init(kind: .domain, name: source)),
      .host(let source):
      let key = ResourceKey(kind: .domain, name: source)
      let lines =
        declaration.removals.map(\.script) + lines(declaration.written, [declaration.name])
      return block("clone \(names.reference(key)) as \(name)", lines)
    default:
      return block(
        "\(declaration.kind.rawValue) \(name)", lines(declaration.body, [declaration.name]))
    }
  }

  private func block(_ head: String, _ lines: [String]) -> String {
    lines.isEmpty ? "\(head) { }" : "\(head) {\n\(lines.joined(separator: "\n"))\n}"
  }

  /// - Parameter path: the names that lead to the block, for what parameters are called.
  private mutating func lines(_ body: DeclaredBlock, _ path: [String]) -> [String] {
    var lines = body.properties.map { assignment($0.schema.name, $0, path + [$0.schema.name]) }
    for nested in body.blocks {
      let name = nested.schema.name
      if let only = nested.shorthandProperty {
        lines.append(assignment(name, only, path + [name]))
      } else {
        let label = nested.label.map { " " + ScriptNames.written($0) } ?? ""
        let inner = self.lines(nested, path + [name] + [nested.label].compactMap(\.self))
        lines.append(block(name + label, inner))
      }
    }
    return lines
  }

  /// `name = value`; what is not known yet is a comment.
  private mutating func assignment(
    _ name: String, _ property: DeclaredProperty, _ path: [String]
  ) -> String {
    let text = text(property.value, property.schema.type, path)
    return (property.value.isUnknown ? "# " : "") + "\(name) = \(text)"
  }

  /// A value, or a part of one, as it is written for a property of this type.
  private mutating func text(_ value: Value, _ type: PropertyType, _ path: [String]) -> String {
    switch value {
    case .string(let text) where type.words.contains(text) && Identifier.isName(text): return text
    case .mac(let address): return QuotedText.literal(address.description)
    case .secret(let secret): return parameter(secret, path)
    case .resource(let reference):
      let key = ResourceKey(kind: reference.kind, name: reference.name)
      return names.reference(key, besides: type.words, orName: type.isName(of: reference.kind))
    case .list(let items):
      return "[\(items.map { text($0, type, path) }.joined(separator: ", "))]"
    case .map(let entries):
      let texts = entries.map { key, value in
        "\(Value.key(key)): \(text(value, type, path + [key]))"
      }
      return texts.isEmpty ? "{}" : "{ \(texts.joined(separator: ", ")) }"
    default: return value.literal
    }
  }

  /// The parameter of a secret, named by the place where the secret stands first.
  private mutating func parameter(_ secret: SecretText, _ path: [String]) -> String {
    if let known = parameters[secret.revealed] { return known }
    let name = names.unique(Identifier.resembling(path.joined(separator: "_")))
    parameters[secret.revealed] = name
    return name
  }
}

extension Removal {
  fileprivate var script: String {
    switch which {
    case .label(let label): "remove \(block) \(ScriptNames.written(label))"
    case .position(let position): "remove \(block) \(position)"
    }
  }
}

extension PropertyType {
  /// Whether a string can only be the name of a resource of this kind.
  fileprivate func isName(of kind: ResourceKind) -> Bool {
    switch self {
    case .resource(let kinds): kinds == [kind]
    case .list(let element), .map(let element): element.isName(of: kind)
    default: false
    }
  }
}
