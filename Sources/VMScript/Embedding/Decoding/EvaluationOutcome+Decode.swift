import VMScriptSyntax

extension EvaluationOutcome {
  /// Returns the outcome itself.
  ///
  /// - Throws: the diagnostics, if one of them is an error.
  @discardableResult
  public func get() throws(ScriptError) -> EvaluationOutcome {
    guard succeeded else { throw ScriptError(diagnostics, sources: sources) }
    return self
  }

  /// Decodes all outputs into a Swift value whose keys are their names.
  ///
  /// Sizes, durations, addresses, networks and ranges decode as the types of the same meaning.
  /// Sizes also decode as numbers of bytes, durations as seconds into `Double`, and all of them as
  /// text. A key of a map that the type does not read is an error, because it is probably a
  /// misspelling; further outputs are ignored.
  ///
  /// - Throws: the errors of the script, or the place of the value that does not fit the type.
  public func decode<T: Decodable>(_ type: T.Type) throws(ScriptError) -> T {
    try get().decode(type, at: [])
  }

  /// Decodes one output into a Swift value.
  ///
  ///     let nodes = try outcome.decode([Node].self, output: "nodes")
  ///
  /// - Throws: the errors of the script, or the place of the value that does not fit the type.
  public func decode<T: Decodable>(_ type: T.Type, output: String) throws(ScriptError) -> T {
    try get().decode(type, at: [ValueKey(stringValue: output)])
  }

  /// Returns the declared resources of one kind, in the order of the script.
  public func declarations(of kind: String) -> [Declaration] {
    declarations.declarations.filter { $0.kind.rawValue == kind }
  }

  /// Decodes all declared resources of one kind into Swift values, in the order of the script.
  ///
  /// The keys are `name`, the blocks, and the properties; those with a default are always present.
  ///
  ///     struct Queue: Decodable {
  ///       var name: String
  ///       var depth: Int
  ///       var retention: Duration
  ///     }
  ///     let queues = try outcome.decode([Queue].self, declared: "queue")
  ///
  /// - Throws: the errors of the script, or the place of the value that does not fit the type.
  public func decode<T: Decodable>(
    _ type: [T].Type, declared kind: String
  ) throws(ScriptError) -> [T] {
    try get()
    var results: [T] = []
    for declaration in declarations(of: kind) {
      let record = DecodingRecord()
      let root = declaration.decodableDocument
      do {
        results.append(try ValueDecoder(value: root, codingPath: [], record: record).decode(T.self))
      } catch {
        let report = DecodingReport(
          root: root, rootName: "\(kind) \(declaration.name)", record: record,
          place: declaration.place, end: declaration.nameSpan)
        throw ScriptError([report.diagnostic(error)], sources: sources)
      }
    }
    return results
  }

  private func decode<T: Decodable>(
    _ type: T.Type, at path: [any CodingKey]
  ) throws(ScriptError) -> T {
    let record = DecodingRecord()
    let report = DecodingReport(
      root: .map(outputs), rootName: "", record: record,
      place: { path in origin?.place(of: path).map { ($0.key, $0.value) } }, end: origin?.end)
    let result: T
    do {
      var value = Value.map(outputs)
      if let output = path.first {
        guard let one = outputs[output.stringValue] else {
          throw DecodingError.keyNotFound(output, .init(codingPath: [], debugDescription: ""))
        }
        value = one
      }
      result = try ValueDecoder(value: value, codingPath: path, record: record).decode(type)
    } catch {
      throw ScriptError([report.diagnostic(error)], sources: sources)
    }
    if let unknown = report.unknownKey { throw ScriptError([unknown], sources: sources) }
    return result
  }
}

extension Declaration {
  /// The value to decode: the properties and blocks, defaults of properties that are not declared,
  /// and the name.
  fileprivate var decodableDocument: Value {
    guard case .map(var entries) = body.completeDocument else { return body.completeDocument }
    if entries["name"] == nil { entries["name"] = .string(name) }
    return .map(entries)
  }

  /// Returns the place of a path of ``decodableDocument``.
  fileprivate func place(_ path: [any CodingKey]) -> (key: Span, value: Span)? {
    var block = body
    var span = nameSpan
    var rest = path[...]
    while let key = rest.popFirst() {
      if let property = block.property(key.stringValue) { return (property.span, property.span) }
      let candidates = block.blocks(key.stringValue)
      let index = rest.first?.intValue ?? 0
      guard candidates.indices.contains(index) else { break }
      block = candidates[index]
      span = block.span
      if block.schema.repeats, rest.first?.intValue != nil { rest.removeFirst() }
    }
    return (span, span)
  }
}

extension DeclaredBlock {
  /// The ``document`` with the defaults of properties that are not declared; a block that may
  /// repeat is a list.
  fileprivate var completeDocument: Value {
    var entries: ValueMap = [:]
    if let label { entries["name"] = .string(label) }
    for row in schema.properties {
      if let value = self[row.name] ?? row.defaultValue { entries[row.name] = value }
    }
    for inner in schema.blocks {
      let declared = blocks(inner.name).map(\.completeDocument)
      if inner.repeats {
        entries[inner.name] = .list(declared)
      } else if let only = declared.first {
        entries[inner.name] = only
      }
    }
    return .map(entries)
  }
}

/// The places of an evaluation's outputs in the script, for errors in their values.
struct OutputOrigin: Sendable {
  let code: Code
  /// The output statements by name.
  let statements: [String: NodeID]

  /// Returns the place of a path: an entry of a map or an element of a list if it is written out,
  /// otherwise the enclosing value.
  func place(of path: [any CodingKey]) -> EntryPlace? {
    guard let first = path.first, let statement = statements[first.stringValue] else { return nil }
    let value = code.child(1, of: statement)
    var place = EntryPlace(
      whole: code.span(statement), key: code.span(statement), value: code.span(value), node: value)
    for key in path.dropFirst() {
      place = followingName(place)
      let isList = place.node.map { code[$0].kind == .list } ?? false
      if isList, let index = key.intValue {
        place = code.place(ofElement: index, in: place)
      } else {
        place = code.place(ofKey: key.stringValue, in: place)
      }
    }
    return place
  }

  /// The place for a missing output: the end of the main file.
  var end: Span? {
    guard let main = code.modules.last else { return nil }
    let length = code.sources[main.source].bytes.count
    return Span(source: main.source, start: UInt32(length), length: 0)
  }

  /// Returns the place of the value that a name's `let` sets.
  private func followingName(_ place: EntryPlace) -> EntryPlace {
    guard let node = place.node, code[node].kind == .name,
      case .global(let slot) = code.target(of: node), let statement = definition(of: slot)
    else { return place }
    let value = code.child(0, of: statement)
    return EntryPlace(whole: place.whole, key: place.key, value: place.value, node: value)
  }

  private func definition(of slot: UInt32) -> NodeID? {
    code.modules.lazy.flatMap { code.children(of: $0.root) }.first { statement in
      guard code[statement].kind == .letStatement, case .global(slot) = code.target(of: statement)
      else { return false }
      return true
    }
  }
}

/// Creates diagnostics of decoding errors.
struct DecodingReport {
  /// The decoded value, and its name.
  let root: Value
  let rootName: String
  let record: DecodingRecord
  /// Returns the place of a path in the script: the key and the value.
  let place: ([any CodingKey]) -> (key: Span, value: Span)?
  /// The place for missing values.
  let end: Span?

  /// Returns the diagnostic of an error of a `Decodable` type.
  func diagnostic(_ error: any Error) -> Diagnostic {
    guard let error = error as? DecodingError else {
      return .unfitValue(
        name(record.path), reason: "\(error)", found: value(at: record.path), choices: [],
        at: span(record.path))
    }
    switch error {
    case .keyNotFound(let key, let context):
      let known = keys(at: context.codingPath)
      return .missingKey(
        key.stringValue, in: context.codingPath.isEmpty ? nil : name(context.codingPath),
        known: known, at: span(context.codingPath))
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return .wrongType(
        name(context.codingPath), value(at: context.codingPath), expected: Self.inWords(type),
        at: span(context.codingPath))
    case .dataCorrupted(let context):
      return .unfitValue(
        name(context.codingPath), reason: record.choices.isEmpty ? context.debugDescription : nil,
        found: value(at: context.codingPath), choices: record.choices, at: span(context.codingPath))
    @unknown default:
      return .unfitValue(
        name(record.path), reason: "\(error)", found: value(at: record.path), choices: [],
        at: span(record.path))
    }
  }

  /// The first key of a nested map that no type reads.
  var unknownKey: Diagnostic? {
    for use in record.uses where !use.path.isEmpty && !use.isWhole {
      for key in use.keys where !use.asked.contains(key) {
        return .unreadKey(
          key, in: name(use.path), known: use.asked.sorted(),
          at: place(use.path + [ValueKey(stringValue: key)])?.key)
      }
    }
    return nil
  }

  private func span(_ path: [any CodingKey]) -> Span? { place(path)?.value ?? end }

  /// Returns the path in the notation of scripts: `lab.nodes[1]`.
  private func name(_ path: [any CodingKey]) -> String {
    var text = rootName
    var value: Value? = root
    for key in path {
      if case .list = value, let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
      value = value?.part(key)
    }
    return text
  }

  private func value(at path: [any CodingKey]) -> Value {
    path.reduce(Optional(root)) { $0?.part($1) } ?? .none
  }

  private func keys(at path: [any CodingKey]) -> [String] {
    guard case .map(let entries) = value(at: path) else { return [] }
    return Array(entries.keys)
  }

  /// Returns the values that a Swift type accepts, in words.
  private static func inWords(_ type: Any.Type) -> String {
    if let known = type as? any ScriptValue.Type { return known.scriptType }
    if type == [Any].self { return "a list" }
    if type == [String: Any].self { return "a map" }
    return "\(type)"
  }
}

extension Value {
  /// Returns the value of a key in a map or list.
  fileprivate func part(_ key: any CodingKey) -> Value? {
    switch self {
    case .map(let entries): entries[key.stringValue]
    case .list(let items): key.intValue.flatMap { items.indices.contains($0) ? items[$0] : nil }
    case .range(let range): key.intValue.map { range.member(at: Int64($0)) }
    default: nil
    }
  }
}
