import VMScript
import VMScriptEditing
import VMScriptSyntax

/// What the protocol calls the pieces of a text; their order is the legend's.
enum SemanticKind: String, CaseIterable {
  case keyword, string, number, comment, variable, function, property, parameter, namespace
  case enumMember, type, `class`

  var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension LanguageServer {
  func semanticTokens(_ parameters: DocumentParameters) throws(Failure) -> SemanticAnswer {
    let (document, analysis) = try document(parameters.textDocument)
    let names = analysis.names
    var next = 0
    var writer = SemanticWriter(lines: document.lines)
    for piece in Piece.all(in: document.bytes) {
      while next < names.count, names[next].range.lowerBound < piece.range.lowerBound { next += 1 }
      let named = next < names.count && names[next].range == piece.range ? names[next].kind : nil
      guard let kind = SemanticKind(piece.kind, named) else { continue }
      writer.add(piece.range, kind)
    }
    return SemanticAnswer(data: writer.data)
  }
}

/// Writes tokens as the protocol wants them: each relative to the one before, none over two lines.
struct SemanticWriter {
  let lines: LineTable
  private(set) var data: [UInt32] = []
  private var last = Position(line: 0, character: 0)

  init(lines: LineTable) { self.lines = lines }

  mutating func add(_ range: Range<Int>, _ kind: SemanticKind) {
    var start = range.lowerBound
    for line in lines.line(of: start)...lines.line(of: max(start, range.upperBound - 1)) {
      let end = min(range.upperBound, lines.endOfLine(line))
      if end > start {
        let place = lines.range(start..<end)
        let isSameLine = place.start.line == last.line
        data += [
          UInt32(place.start.line - last.line),
          UInt32(place.start.character - (isSameLine ? last.character : 0)),
          UInt32(place.end.character - place.start.character), kind.number, 0,
        ]
        last = place.start
      }
      start = lines.startOfLine(line + 1)
    }
  }
}

extension SemanticKind {
  fileprivate init?(_ piece: Piece.Kind, _ name: Candidate.Kind?) {
    switch piece {
    case .comment: self = .comment
    case .string: self = .string
    case .number: self = .number
    case .invalid, .bracket, .punctuation: return nil
    case .keyword where name == nil: self = .keyword
    case .keyword, .name:
      switch name {
      case .function: self = .function
      case .parameter: self = .parameter
      case .module: self = .namespace
      case .property, .block: self = .property
      case .word: self = .enumMember
      case .type: self = .type
      case .resource: self = .class
      case .variable: self = .variable
      default: return nil
      }
    }
  }
}
