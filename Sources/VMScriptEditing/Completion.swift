import VMScript
import VMScriptSyntax

/// A possible completion at a cursor.
public struct Candidate: Hashable, Sendable {
  /// The kind of the candidate, for an editor's symbol.
  public enum Kind: String, Sendable {
    case keyword, statement, property, block, word, variable, parameter, function, module, resource
    case member, method, type, file
  }

  /// The word itself.
  public var text: String
  /// The kind of the candidate.
  public var kind: Kind
  /// Its type or value in a few words; may be empty.
  public var type: String
  /// One line about it; may be empty.
  public var doc: String
  /// The text that always follows it, such as ` = `.
  public var suffix: String

  /// Creates a candidate.
  public init(
    _ text: String, _ kind: Kind, type: String = "", doc: String = "", suffix: String = ""
  ) {
    self.text = text
    self.kind = kind
    self.type = type
    self.doc = doc
    self.suffix = suffix
  }

  /// Type and doc on one line.
  public var note: String {
    type.isEmpty ? doc : doc.isEmpty ? type : "\(type): \(doc)"
  }
}

extension Engine {
  /// Returns the completions at the end of a script, including the host's own names and kinds of
  /// resources.
  ///
  ///     let text = "queue jobs { de"
  ///     let words = engine.completion(of: text).map(\.text)  // contains "depth"
  ///
  /// - Parameter text: the script up to the cursor.
  public func completion(of text: String) -> [Candidate] {
    CursorContext(before: Array(text.utf8), engine: self).candidates(knownNames)
  }

  /// The names that the host defined, for completion and help.
  public var knownNames: [KnownName] {
    vocabulary.names.map { name, entry in
      if case .function(let function) = entry.value, let signature = function.hostSignature {
        return KnownName(name, .function, doc: "\(signature) \(entry.doc)")
      }
      return KnownName(name, .variable, value: entry.value, doc: entry.doc)
    }
  }
}

extension Analysis {
  /// Returns the completions at a byte offset of the analysed text, or of a newer state of it.
  ///
  /// - Parameters:
  ///   - offset: the number of bytes before the cursor.
  ///   - script: the current text.
  ///   - importer: finds the files that the text imports.
  /// - Returns: the context of the cursor, for candidates that only the caller knows, and all other
  ///   candidates.
  public func completion(
    at offset: Int, in script: SourceText, importer: (any Importer)?
  ) -> (context: CursorContext, candidates: [Candidate]) {
    let context = CursorContext(
      before: Array(script.bytes.prefix(offset)), engine: Engine(importer: importer))
    var names = context.namesInScope(of: script, importer: importer, values: values)
    let known = Set(names.map(\.text))
    names += topLevelNames.filter { !known.contains($0.text) }
    let candidates = context.candidates(names, in: script.name) + resources(context.resourceKinds)
    let named = Set(candidates.map(\.text))
    let quoted = resources(context.quotedKinds).filter { !named.contains($0.text) }.map {
      Candidate(Value.string($0.text).literal, $0.kind, doc: $0.doc)
    }
    return (context, candidates + quoted)
  }

  /// Returns the names of the resources that the script declares with a literal name.
  private func resources(_ kinds: [ResourceKind]) -> [Candidate] {
    code.nodes.compactMap { node in
      let kind: ResourceKind?
      let name: NodeID
      switch node.kind {
      case .resource:
        (kind, name) = (ResourceKind(rawValue: code.name(node)), code.child(0, of: node))
      case .clone: (kind, name) = (.domain, code.child(1, of: node))
      default: return nil
      }
      guard let kind, kinds.contains(kind), let text = code.writtenName(name) else { return nil }
      return Candidate(text, .resource, doc: kind.rawValue)
    }
  }
}

extension CursorContext {
  /// Returns the names that the resolver knows at the cursor; none where no name is read.
  func namesInScope(
    of script: SourceText, importer: (any Importer)?, values: [String: Value]
  ) -> [KnownName] {
    guard parse.place == .word, let cursor = parse.path.last, parse.tree[cursor].kind == .name
    else {
      return []
    }
    var loader = ModuleLoader(engine: Engine(importer: importer))
    loader.names = parse.names
    let source = loader.sources.add(script)
    _ = loader.load(script, source, parse.tree)
    guard let main = loader.modules.last else { return [] }
    var record = NameRecord()
    record.observed = NodeID(index: cursor.index + UInt32(main.firstNode))
    let analysis = Analysis(loader, record, values, findsSymbols: false)
    let visible = analysis.visible.sorted { $0.start > $1.start }
    return visible.compactMap { analysis.definitions[$0] }.map { analysis.knownName($0) }
  }
}

extension Code {
  /// Returns the name of a resource if it is a literal.
  func writtenName(_ id: NodeID) -> String? {
    let node = self[id]
    switch node.kind {
    case .name where node.flags.contains(.bareName): return name(node)
    case .stringLiteral:
      if case .string(let text) = literals[Int(node.data)] { return text }
      return nil
    default: return nil
    }
  }
}

/// A name that the current text can use, such as one of a session or a script.
public struct KnownName: Sendable {
  /// The name.
  public var text: String
  /// The kind of its definition.
  public var kind: Candidate.Kind
  /// The value, if it is known.
  public var value: Value?
  /// A description for a name without a known value, such as a function's parameters; may be empty.
  public var detail: String
  /// The documentation in the script; may be empty.
  public var doc: String
  /// The names of a module.
  public var members: [KnownName]

  /// Creates a known name.
  public init(
    _ text: String, _ kind: Candidate.Kind, value: Value? = nil, detail: String = "",
    doc: String = "", members: [KnownName] = []
  ) {
    self.text = text
    self.kind = kind
    self.value = value
    self.detail = detail
    self.doc = doc
    self.members = members
  }

  /// The name as a completion candidate.
  var candidate: Candidate {
    Candidate(text, kind, type: value?.brief ?? detail, doc: doc)
  }
}

extension Session {
  /// The session's names, for completion.
  public var knownNames: [KnownName] {
    names.map { name, value in
      KnownName(
        name, value == nil ? .module : .variable, value: value,
        detail: value == nil ? "module" : "")
    }
  }
}

extension Value {
  /// The value in the notation of scripts, cut if it is long.
  var brief: String { excerpt(40) }
}
