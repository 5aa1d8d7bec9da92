import Foundation

@testable import VMScriptSyntax

/// A parsed text with all that a test asks about it.
struct Parsed {
  var result: ParseResult
  var names: NameTable
  var sources: SourceMap

  var tree: Tree { result.tree }
  var codes: [Int] { result.diagnostics.map(\.code.number) }

  /// The first statement's tree as an S-expression.
  var first: String {
    tree.children(of: tree.root).first.map { describe($0) } ?? ""
  }

  /// The whole tree as an S-expression, without spans.
  var description: String { describe(tree.root) }

  /// The text under the primary label of each diagnostic.
  var places: [String] {
    result.diagnostics.map { diagnostic in
      guard let span = diagnostic.primary?.span else { return "" }
      let bytes = sources[span.source].bytes
      return String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
    }
  }

  func describe(_ id: NodeID) -> String {
    if id.isAbsent { return "-" }
    let node = tree[id]
    var parts = ["\(node.kind)"]
    if !node.flags.isEmpty { parts[0] += "/\(node.flags.rawValue)" }
    switch node.kind {
    case .unary, .binary: parts.append(Operator(rawValue: node.data)?.symbol ?? "?")
    case .verbStatement: parts.append(node.verb?.word ?? "?")
    case .letStatement, .paramStatement, .funcStatement, .parameter,
      .resource, .property, .nestedBlock, .remove, .name, .namedArgument, .member:
      parts.append(names[tree.name(of: id)])
    case .intLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral:
      parts.append("\(tree.literals[Int(node.data)])")
    case .floatLiteral:
      parts.append("\(Double(bitPattern: tree.literals[Int(node.data)]))")
    case .stringLiteral:
      parts.append(tree.strings[Int(node.data)].debugDescription)
    default: break
    }
    if let text = tree.documentation(of: id) { parts.append("##\(text.debugDescription)") }
    parts += tree.children(of: id).map(describe)
    return "(" + parts.joined(separator: " ") + ")"
  }
}

func parsed(_ text: String, name: String = "test.vmscript") -> Parsed {
  parsed(bytes: Array(text.utf8), name: name)
}

func parsed(bytes: [UInt8], name: String = "test.vmscript") -> Parsed {
  var names = NameTable()
  var sources = SourceMap()
  let source = SourceText(name: name, bytes: bytes)
  let id = sources.add(source)
  let result = parse(source, id: id, names: &names)
  return Parsed(result: result, names: names, sources: sources)
}

/// The folder of the package, for files that tests read.
let packageFolder: URL = {
  var folder = URL(fileURLWithPath: #filePath)
  for _ in 0..<4 { folder.deleteLastPathComponent() }
  return folder
}()

/// All scripts of the tour, with their paths.
func tourScripts() throws -> [SourceText] { try scripts(in: "Examples/tour") }

/// All scripts below a folder of the package, with their paths.
func scripts(in path: String) throws -> [SourceText] {
  let folder = packageFolder.appendingPathComponent(path)
  let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
  return try paths.filter { $0.hasSuffix(".vmscript") }.sorted().map { path in
    let data = try Data(contentsOf: folder.appendingPathComponent(path))
    return SourceText(name: path, bytes: Array(data))
  }
}
