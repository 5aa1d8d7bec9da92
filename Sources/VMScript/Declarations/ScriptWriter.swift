import OrderedCollections
import VMScriptSyntax

extension DeclarationSet {
  /// A script that declares the same resources with evaluated values, in the style of `vmscript
  /// fmt`.
  ///
  /// Each secret becomes a parameter, so that no secret is written down. A clone of a domain that
  /// is no longer declared is written as a domain.
  public var script: String {
    let text = ScriptWriter(self).text
    switch Formatter.format(SourceText(name: "", text: text)) {
    case .success(let formatted): return formatted
    case .failure: return text
    }
  }
}

/// Writes declarations as the statements of a script, each after its dependencies.
struct ScriptWriter {
  private let set: DeclarationSet
  private var names = ScriptNames()
  /// The parameter of each secret text.
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
        (["# Set these with `--set NAME=VALUE` or VMSCRIPT_NAME."] + lines).joined(separator: "\n"))
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

  /// - Parameter path: the names that lead to the block, for the names of parameters.
  private mutating func lines(_ body: DeclaredBlock, _ path: [String]) -> [String] {
    var lines = body.properties.map { assignment($0.schema.name, $0, path + [$0.schema.name]) }
    for nested in body.blocks {
      let name = nested.schema.name
      if nested.isAbsent {
        lines.append("\(name) = false")
      } else if let only = nested.shorthandProperty {
        lines.append(assignment(name, only, path + [name]))
      } else {
        lines.append(self.nested(nested, path + [name] + [nested.label].compactMap(\.self)))
      }
    }
    return lines
  }

  /// Returns a nested block with its label, or with the text that its schema puts there.
  private mutating func nested(_ nested: DeclaredBlock, _ path: [String]) -> String {
    let schema = nested.schema
    var rest = nested
    var head = schema.name
    let subject = schema.subject.flatMap(nested.property)
    if let subject, !subject.value.isUnknown {
      let text = subject.value.description
      head +=
        " "
        + (subject.schema.type.words.contains(text)
          ? ScriptNames.written(text) : QuotedText.literal(text))
      rest.properties.removeAll { $0.schema === subject.schema }
    }
    if let label = nested.label {
      head += (schema.subject == nil ? " " : " as ") + ScriptNames.written(label)
      rest.properties.removeAll {
        $0.schema.name == schema.labelled && $0.value == .string(label)
      }
    }
    let inner = lines(rest, path)
    if inner.isEmpty, head == schema.name, schema.preset?.isEmpty == true {
      return "\(head) = true"
    }
    let isShort = inner.isEmpty && head.hasSuffix("\"") || inner.isEmpty && head.contains(" as ")
    return isShort ? head : block(head, inner)
  }

  /// Returns `name = value`; an unknown value is written as a comment.
  private mutating func assignment(
    _ name: String, _ property: DeclaredProperty, _ path: [String]
  ) -> String {
    let text = text(property.value, property.schema.type, path)
    return (property.value.isUnknown ? "# " : "") + "\(name) = \(text)"
  }

  /// Returns a value, or a part of one, in the notation for a property of this type.
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

  /// Returns the parameter of a secret, named after the first place of the secret.
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
  /// Returns whether a string can only be the name of a resource of this kind.
  fileprivate func isName(of kind: ResourceKind) -> Bool {
    switch self {
    case .resource(let kinds): kinds == [kind]
    case .list(let element), .map(let element): element.isName(of: kind)
    default: false
    }
  }
}

/// The names in a generated script: of its resources and its parameters, each unique.
struct ScriptNames {
  /// Names with another meaning, at least at the start of a statement.
  private static let reserved = Set(
    StatementStarts.all + Session.builtinNames + [Session.lastValueName])

  /// The identifier that the statement of each resource binds.
  private var identifiers: [ResourceKey: String] = [:]
  private var taken = Self.reserved
  private var declared: Set<ResourceKey> = []

  /// Reserves a resource's name, if it is an identifier and still free.
  mutating func bind(_ key: ResourceKey) {
    guard Identifier.isName(key.name), taken.insert(key.name).inserted else { return }
    identifiers[key] = key.name
  }

  /// Returns the text after the keyword of a resource's statement.
  func declared(_ key: ResourceKey) -> String {
    identifiers[key] ?? QuotedText.literal(key.name)
  }

  /// Notes that the statement of a resource is written; later statements may use its name.
  mutating func noteDeclared(_ key: ResourceKey) { declared.insert(key) }

  /// Returns whether the statement of a resource is written.
  func isDeclared(_ key: ResourceKey) -> Bool { declared.contains(key) }

  /// Returns an expression for a resource.
  ///
  /// - Parameters:
  ///   - words: words that denote themselves in this place.
  ///   - isNameEnough: whether a string denotes the resource of its name in this place.
  func reference(
    _ key: ResourceKey, besides words: [String] = [], orName isNameEnough: Bool = false
  ) -> String {
    if isDeclared(key), let identifier = identifiers[key], !words.contains(identifier) {
      return identifier
    }
    let name = QuotedText.literal(key.name)
    return isNameEnough ? name : "\(key.kind.rawValue)(\(name))"
  }

  /// Returns a name like `wanted` that is still free.
  mutating func unique(_ wanted: String) -> String {
    var name = wanted
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(wanted)_\(count)"
    }
    return name
  }

  /// Returns a label: bare if it is an identifier, otherwise as a string.
  static func written(_ label: String) -> String {
    Identifier.isName(label) ? label : QuotedText.literal(label)
  }
}
