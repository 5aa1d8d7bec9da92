import VMScript
import VMScriptSyntax

extension Plan {
  /// The plan as the document that `plan --json` prints; results stand in it once it was applied.
  ///
  /// - Parameters:
  ///   - sources: where the changes' spans point into.
  ///   - outputs: the script's outputs, for `run --json`; nil leaves the key out.
  public func document(
    sources: SourceMap, outputs: ValueMap? = nil
  ) -> Value {
    var document: ValueMap = [
      "stack": .string(stack),
      "changes": .list(changes.map { $0.document(sources: sources) }),
      "verbs": .list(verbs.map { $0.document(sources: sources) }),
      "undeclared": .list(
        undeclared.map { reference in
          .map(["kind": .string(reference.kind.rawValue), "name": .string(reference.name)])
        }),
      "pending": .list(
        pending.map { restart in
          .map([
            "kind": .string(restart.resource.kind.rawValue), "name": .string(restart.resource.name),
            "properties": .list(restart.properties.map(\.document)),
          ])
        }),
    ]
    if let otherOrigin {
      document["lastRunFrom"] = .map([
        "host": .string(otherOrigin.host), "script": .string(otherOrigin.script),
      ])
    }
    if let outputs { document["outputs"] = .map(outputs) }
    return .map(document)
  }
}

extension Change {
  fileprivate func document(sources: SourceMap) -> Value {
    var document: ValueMap = [
      "action": .string(action.rawValue), "kind": .string(kind.rawValue), "name": .string(name),
    ]
    if let source { document["source"] = .string(source) }
    document["impact"] = .string(impact.rawValue)
    document["properties"] = .list(
      (creation?.properties ?? properties).map(\.document))
    document["location"] = span.map { .string(sources.location($0)) } ?? Value.none
    if let result { document["result"] = .string(result.word) }
    if let milliseconds { document["milliseconds"] = .int(milliseconds) }
    return .map(document)
  }
}

extension PropertyDifference {
  /// The difference as documents list it.
  package var document: Value {
    var entry: ValueMap = [
      "name": .string(path), "from": from ?? .none, "to": to ?? .none,
    ]
    if let consequence { entry["consequence"] = .string(consequence) }
    return .map(entry)
  }
}

extension Change.Result {
  /// The result as documents name it.
  package var word: String {
    switch self {
    case .done: "done"
    case .failed: "failed"
    case .skipped: "skipped"
    case .notAttempted: "not-attempted"
    case .underWay: "under-way"
    }
  }
}

extension VerbRecord {
  fileprivate func document(sources: SourceMap) -> Value {
    .map([
      "action": .string(action), "targets": .list(targets.map(Value.string)),
      "location": .string(sources.location(span)),
    ])
  }
}

extension SourceMap {
  /// File, line and column of a span's first byte, as `lab.vmscript:7:1`; columns count characters.
  func location(_ span: Span) -> String {
    let source = self[span.source]
    let before = source.bytes.prefix(Int(span.start))
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return "\(source.name):\(line):\(column)"
  }
}
