import VMScriptSyntax

extension EvaluationOutcome {
  /// The outcome itself.
  ///
  /// - Throws: the diagnostics, if there is an error among them.
  @discardableResult
  public func get() throws(ScriptError) -> EvaluationOutcome {
    guard succeeded else { throw ScriptError(diagnostics, sources: sources) }
    return self
  }

  /// A Swift value of all outputs, whose names are the keys.
  ///
  /// Sizes, durations, addresses, networks and ranges decode as what they are; sizes as numbers of
  /// bytes too, durations as seconds into `Double`, and all of them as the text that scripts show.
  /// A key of a map that the type does not read is an error, for most likely it is misspelt; further
  /// outputs are not.
  ///
  /// - Throws: the errors of the script, or where in it stands what does not fit the type.
  public func decode<T: Decodable>(_ type: T.Type) throws(ScriptError) -> T {
    try get().decode(type, at: [])
  }

  /// A Swift value of one output.
  ///
  ///     let nodes = try outcome.decode([Node].self, output: "nodes")
  ///
  /// - Throws: the errors of the script, or where in it stands what does not fit the type.
  public func decode<T: Decodable>(_ type: T.Type, output: String) throws(ScriptError) -> T {
    try get().decode(type, at: [ValueKey(stringValue: output)])
  }

  /// The resources of one kind that were declared, in the order of the script.
  public func declarations(of kind: String) -> [Declaration] {
    declarations.declarations.filter { $0.kind.rawValue == kind }
  }

  /// Swift values of all declared resources of one kind, in the order of the script.
  ///
  /// The keys are its properties, those with a default always there, its blocks, and `name`.
  ///
  ///     struct Queue: Decodable {
  ///       var name: String
  ///       var depth: Int
  ///       var retention: Duration
  ///     }
  ///     let queues = try outcome.decode([Queue].self, declared: "queue")
  ///
  /// - Throws: the errors of the script, or where in it stands what does not fit the type.
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
  /// What decodes: the properties and blocks, defaults for what is not declared, and the name.
  fileprivate var decodableDocument: Value {
    guard case .map(var entries) = body.completeDocument else { return body.completeDocument }
    if entries["name"] == nil { entries["name"] = .string(name) }
    return .map(entries)
  }

  /// Where a path of ``decodableDocument`` leads to.
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
  /// As ``document``, with the defaults of what is not declared; a block that repeats is a list.
  fileprivate var completeDocument: Value {
    var entries: ValueMap = [:]
    if let label { entries["name"] = .string(label) }
    for row in schema.properties {
      if let value = self[row.name] ?? row.standard { entries[row.name] = value }
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
