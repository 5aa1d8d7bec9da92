import VMScript
import VMScriptSyntax

/// A named part of a script, for an editor's outline.
public struct OutlineItem: Sendable {
  /// The name of the part.
  public let name: String
  /// The kind of the part.
  public let kind: Candidate.Kind
  /// The keyword, or another distinguishing text; may be empty.
  public let detail: String
  /// The bytes of the whole part.
  public let span: Span
  /// The bytes of its name.
  public let nameSpan: Span
  /// The parts inside it.
  public let children: [OutlineItem]
}

extension Analysis {
  /// The parts of the script, in the order of the text.
  public var outline: [OutlineItem] {
    guard let module = code.modules.last else { return [] }
    return OutlineWriter(code: code).items(in: module.root)
  }
}

/// Creates the items of a script's nodes.
private struct OutlineWriter {
  let code: Code

  func items(in id: NodeID) -> [OutlineItem] {
    code.children(of: id).filter { !$0.isAbsent }.flatMap(items(of:))
  }

  private func items(of id: NodeID) -> [OutlineItem] {
    let node = code[id]
    switch node.kind {
    case .letStatement: return [named(id, .variable, "let", items(in: id))]
    case .paramStatement:
      return [named(id, .parameter, code.text(code.child(0, of: node)), [])]
    case .funcStatement:
      return [named(id, .function, code.text(code.child(0, of: node)), [])]
    case .outputStatement:
      return [labelled(id, code.child(0, of: node), .member, "output", .absent)]
    case .resource:
      return [
        labelled(id, code.child(0, of: node), .resource, code.name(node), code.child(1, of: node))
      ]
    case .clone:
      let source = "clone of \(code.text(code.child(0, of: node)))"
      return [labelled(id, code.child(1, of: node), .resource, source, code.child(2, of: node))]
    case .nestedBlock:
      let label = code.child(0, of: node)
      let alias = code.child(1, of: node)
      let name = ([code.name(node)] + [label, alias].filter { !$0.isAbsent }.map(code.text))
        .joined(separator: " ")
      let body = code.child(2, of: node)
      return [
        OutlineItem(
          name: name, kind: .block, detail: "", span: code.span(id), nameSpan: code.nameSpan(id),
          children: body.isAbsent ? [] : items(in: body))
      ]
    case .expressionStatement, .ifStatement, .forStatement, .block, .body: return items(in: id)
    default: return []
    }
  }

  private func named(
    _ id: NodeID, _ kind: Candidate.Kind, _ detail: String, _ children: [OutlineItem]
  ) -> OutlineItem {
    OutlineItem(
      name: code.name(code[id]), kind: kind, detail: detail, span: code.span(id),
      nameSpan: code.nameSpan(id), children: children)
  }

  private func labelled(
    _ id: NodeID, _ name: NodeID, _ kind: Candidate.Kind, _ detail: String, _ body: NodeID
  ) -> OutlineItem {
    OutlineItem(
      name: code.writtenName(name) ?? code.text(name), kind: kind, detail: detail,
      span: code.span(id), nameSpan: code.span(name), children: body.isAbsent ? [] : items(in: body)
    )
  }
}

/// A part of a text that an editor can fold.
public struct Fold: Hashable, Sendable {
  /// The bytes of the part: from its opening to its closing bracket or quotes, or a run of comment
  /// lines.
  public let range: Range<Int>
  /// Whether it is a run of comment lines.
  public let isComment: Bool

  /// Returns the parts of a text that extend over several lines. Takes time linear in its length.
  public static func all(in bytes: [UInt8]) -> [Fold] {
    var folds: [Fold] = []
    var open: [Int] = []
    var comments: Range<Int>?
    func add(_ range: Range<Int>, isComment: Bool = false) {
      if bytes[range].contains(UInt8(ascii: "\n")) {
        folds.append(Fold(range: range, isComment: isComment))
      }
    }
    for piece in Piece.all(in: bytes) {
      if piece.kind == .comment, piece.beginsLine {
        comments = (comments?.lowerBound ?? piece.range.lowerBound)..<piece.range.upperBound
        continue
      }
      if let run = comments { add(run, isComment: true) }
      comments = nil
      switch piece.kind {
      case .bracket where "({[\\".utf8.contains(bytes[piece.range.lowerBound]):
        open.append(piece.range.lowerBound)
      case .bracket:
        if let start = open.popLast() { add(start..<piece.range.upperBound) }
      case .string: add(piece.range)
      default: break
      }
    }
    if let run = comments { add(run, isComment: true) }
    return folds.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }
}
