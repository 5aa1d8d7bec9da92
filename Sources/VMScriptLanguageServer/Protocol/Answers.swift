struct CompletionItem: Encodable {
  var label: String
  var kind: Int
  var detail: String?
  var documentation: MarkupContent?
  /// Keeps the order in which candidates are listed.
  var sortText: String
  /// What is typed is held to. Some editors filter nothing that has an edit, unless they are told so.
  var filterText: String
  /// 1 plain text, 2 snippet.
  var insertTextFormat: Int
  var textEdit: TextEdit
}

struct CompletionList: Encodable {
  var isIncomplete = false
  var items: [CompletionItem]
}

struct HoverAnswer: Encodable {
  var contents: MarkupContent
  var range: TextRange
}

struct SymbolAnswer: Encodable {
  var name: String
  var detail: String
  var kind: Int
  var range: TextRange
  var selectionRange: TextRange
  var children: [SymbolAnswer]
}

struct FoldAnswer: Encodable {
  var startLine: Int
  var endLine: Int
  var kind: String?
}

struct HighlightAnswer: Encodable {
  var range: TextRange
  /// 2 read, 3 write.
  var kind: Int
}

struct SignatureAnswer: Encodable {
  /// A part of the signature's label, by its text or by its offsets in UTF-16 code units.
  struct Parameter: Encodable {
    enum Label: Encodable {
      case text(String)
      case offsets(Int, Int)

      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .offsets(let start, let end): try container.encode([start, end])
        }
      }
    }
    var label: Label
  }
  struct Signature: Encodable {
    var label: String
    var documentation: MarkupContent?
    var parameters: [Parameter]
  }
  var signatures: [Signature]
  var activeSignature = 0
  var activeParameter: Int
}

struct SemanticAnswer: Encodable {
  var data: [UInt32]

  private enum Key: String, CodingKey { case data }

  // One by one, by the method for their type: the encoder takes many times as long for an array.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var numbers = container.nestedUnkeyedContainer(forKey: .data)
    for number in data { try numbers.encode(number) }
  }
}

struct SymbolParameters: Decodable {
  var query: String
}

struct WorkspaceSymbol: Encodable {
  var name: String
  var kind: Int
  var location: Location
  var containerName: String?
}

struct ActionAnswer: Encodable {
  var title: String
  var kind = "quickfix"
  var edit: WorkspaceEdit
}
