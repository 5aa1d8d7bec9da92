import VMScript
import VMScriptSyntax

/// The possible continuations at a cursor, according to grammar and schema.
public struct CursorContext: Sendable {
  /// The syntactic place of the cursor.
  public enum Place: Sendable {
    /// A statement, or the name at its start.
    case statement
    /// A property or block of this schema.
    case entry(BlockSchema)
    /// A key of a map that becomes a block of this schema.
    case key(BlockSchema)
    /// The name of a block of this schema, to remove it.
    case removal(BlockSchema)
    /// The value of a property.
    case value(PropertySchema)
    /// An expression.
    case expression
    /// A member of the value that this dotted path names; of another value if the path is empty.
    case member([String])
    /// The target of a verb, or the source of a clone.
    case target
    /// The condition of a `wait`.
    case condition
    /// The type of a `param`.
    case type
    /// The text of a string that names a resource, one of these kinds.
    case resourceName([ResourceKind])
    /// The text of a string that names a file.
    case path
    /// Any other string's text.
    case text
    /// One of these words, which continue the statement.
    case continuation([String])
    /// A new name, a comment, a number: nothing that can be completed.
    case nothing
  }

  /// The syntactic place of the cursor.
  public let place: Place
  /// The part of the word before the cursor.
  public let typed: String
  /// The text before the cursor, parsed.
  let parse: CursorParse
  /// The engine, which finds imports and knows the host's additions to the language.
  let engine: Engine
  var vocabulary: Vocabulary { engine.vocabulary }

  /// Reads the context from the bytes before the cursor.
  ///
  /// - Parameters:
  ///   - bytes: the text up to the cursor, as UTF-8.
  ///   - engine: the engine with the host's own kinds of resources.
  public init(before bytes: [UInt8], engine: Engine = Engine()) {
    parse = CursorParse(bytes)
    self.engine = engine
    typed = String(decoding: bytes[parse.typed], as: UTF8.self)
    var reader = CursorContextReader(parse, typed: typed, vocabulary: engine.vocabulary)
    place = reader.read()
  }

  /// Reads the context from the text before the cursor.
  public init(before text: String) { self.init(before: Array(text.utf8)) }
}

/// Follows the nodes that contain a cursor from the root down, and tracks what each part may be.
struct CursorContextReader {
  let parse: CursorParse
  /// The part of the word before the cursor.
  let typed: String
  private var place = CursorContext.Place.statement
  /// The schema of the innermost body; nil if it is not known.
  private var schema: BlockSchema?
  /// The schema of the block that a map in place of the expression would become.
  private var mapSchema: BlockSchema?

  private let vocabulary: Vocabulary

  init(_ parse: CursorParse, typed: String, vocabulary: Vocabulary) {
    self.parse = parse
    self.vocabulary = vocabulary
    self.typed = typed
  }

  private var tree: Tree { parse.tree }

  mutating func read() -> CursorContext.Place {
    for (parent, child) in zip(parse.path, parse.path.dropFirst()) {
      let position = tree.children(of: parent).lastIndex(of: child).map {
        $0 - tree.children(of: parent).startIndex
      }
      step(from: parent, to: position ?? 0)
    }
    switch parse.place {
    case .nothing: return .nothing
    case .string: return stringPlace
    case .word: return parse.path.last.map(wordPlace) ?? .statement
    }
  }

  // MARK: From the root down

  private mutating func step(from parent: NodeID, to position: Int) {
    let node = tree[parent]
    switch node.kind {
    case .file, .block: place = .statement
    case .expressionStatement, .namedArgument, .list: break
    case .conditional: if position == 0 { setExpression() }
    case .binary where node.data == Operator.coalesce.rawValue: break
    case .paramStatement: place = position == 0 ? .type : .expression
    case .parameterList: place = .nothing
    case .ifStatement: if position == 0 { setExpression() }
    case .forStatement, .forClause:
      if position < 2 { place = .nothing } else if position == 2 { setExpression() }
    case .importStatement: place = position == 0 ? .path : .nothing
    case .outputStatement: if position == 0 { place = .nothing } else { setExpression() }
    case .resource: enter(position == 1 ? kind(of: parent).map(vocabulary.schema) : nil)
    case .clone:
      enter(position == 2 ? Schema.resource(.domain) : nil)
      if position == 0 { place = .target }
    case .nestedBlock: enter(position == 2 ? schema?.block(name(of: parent)) : nil)
    case .body: place = schema.map(CursorContext.Place.entry) ?? .nothing
    case .property: setValue(of: name(of: parent), in: schema)
    case .spread:
      setExpression()
      mapSchema = schema
    case .map:
      schema = mapSchema
      place = mapSchema.map(CursorContext.Place.key) ?? .nothing
    case .mapEntry: if position == 1 { setValue(of: key(of: parent), in: schema) }
    case .movedStatement: place = .target
    case .verbStatement: place = verbPlace(parent, position)
    case .call: setArgument(of: parent, position)
    default: setExpression()
    }
  }

  private mutating func setExpression() {
    place = .expression
    mapSchema = nil
  }

  /// Enters a body, or the new name before it.
  private mutating func enter(_ body: BlockSchema?) {
    if let body { schema = body } else { place = .nothing }
  }

  private mutating func setValue(of key: String?, in block: BlockSchema?) {
    setExpression()
    guard let key, let block else { return }
    if let property = block.property(key) {
      place = .value(property)
    } else if let inner = block.block(key) {
      mapSchema = inner
      if let shorthand = inner.shorthand.flatMap(inner.property) { place = .value(shorthand) }
    }
  }

  private func verbPlace(_ statement: NodeID, _ position: Int) -> CursorContext.Place {
    let arguments = tree[statement].arguments(tree.children(of: statement)).map(\.argument)
    guard arguments.indices.contains(position) else { return .expression }
    switch arguments[position] {
    case .target: return .target
    case .text: return .expression
    case .condition: return .condition
    case .name: return .nothing
    case .limit, .force: return .expression
    }
  }

  /// Notes the argument of a call: `domain("…")` takes the name of a domain.
  private mutating func setArgument(of call: NodeID, _ position: Int) {
    setExpression()
    let callee = tree.child(0, of: call)
    guard position == 1, tree[callee].kind == .name else { return }
    if let kind = vocabulary.kind(name(of: callee)) { place = .resourceName([kind]) }
  }

  // MARK: At the cursor

  private var stringPlace: CursorContext.Place {
    switch place {
    case .value(let property): property.type.textPlace
    case .target: .resourceName([.domain])
    case .resourceName, .path, .nothing: place
    default: .text
    }
  }

  private func wordPlace(_ last: NodeID) -> CursorContext.Place {
    let node = tree[last]
    let isAtStart = Int(node.start) == parse.typed.lowerBound
    switch node.kind {
    case .name, .stringLiteral:
      if case .resourceName = place { return .expression }
      return isAtStart ? place : continuation(last)
    case .nestedBlock where isAtStart: return place
    case .member: return .member(path(of: tree.child(0, of: last)) ?? [])
    case .remove where name(of: last) == typed:
      return schema.map(CursorContext.Place.removal) ?? .nothing
    case .letStatement, .paramStatement, .funcStatement, .parameter:
      return name(of: last) == typed ? .nothing : continuation(last)
    default: return continuation(last)
    }
  }

  /// Returns the words that may follow the text before the cursor.
  private func continuation(_ last: NodeID) -> CursorContext.Place {
    var words: Set<String> = []
    var next: NodeID? = last
    while let id = next {
      words.formUnion(Self.continuations[tree[id].kind] ?? [])
      words.formUnion(tree[id].verb?.row.arguments.compactMap(\.word) ?? [])
      next = tree.children(of: id).last { !$0.isAbsent && tree[$0].kind != .error }
    }
    return .continuation(words.sorted())
  }

  private static let continuations: [NodeKind: Set<String>] = [
    .clone: ["as"], .importStatement: ["as"], .forStatement: ["in"],
    .forClause: ["in", "if", "for"], .list: ["for"], .comprehension: ["for", "if"],
    .ifStatement: ["else"],
  ]

  // MARK: Names

  private func name(of id: NodeID) -> String {
    let index = Int(tree[id].data)
    return parse.names.texts.indices.contains(index) ? parse.names.texts[index] : ""
  }

  private func kind(of resource: NodeID) -> ResourceKind? {
    vocabulary.kind(name(of: resource))
  }

  private func key(of entry: NodeID) -> String? {
    let key = tree.child(0, of: entry)
    return tree[key].kind == .stringLiteral ? tree.strings[Int(tree[key].data)] : nil
  }

  /// Returns `["a", "b"]` for `a.b`; nil for anything but a dotted path.
  private func path(of id: NodeID) -> [String]? {
    switch tree[id].kind {
    case .name: [name(of: id)]
    case .member: path(of: tree.child(0, of: id)).map { $0 + [name(of: id)] }
    default: nil
    }
  }
}

extension PropertyType {
  /// The place of a string's text in a value of this type.
  fileprivate var textPlace: CursorContext.Place {
    switch self {
    case .path: .path
    case .resource(let kinds): .resourceName(kinds)
    case .list(let element): element.textPlace
    case .either(let types):
      types.contains { if case .resource = $0 { true } else { false } }
        ? .resourceName(ResourceKind.allCases) : types.first?.textPlace ?? .text
    default: .text
    }
  }
}
