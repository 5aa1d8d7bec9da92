// The types of the Language Server Protocol 3.17 that the server uses.

/// A position in a text: line and code unit from 0, in the negotiated encoding.
struct Position: Codable, Hashable {
  var line: Int
  var character: Int
}

struct TextRange: Codable, Hashable {
  var start: Position
  var end: Position
}

struct Location: Codable, Hashable {
  var uri: String
  var range: TextRange
}

struct TextEdit: Codable, Hashable {
  var range: TextRange
  var newText: String
}

struct WorkspaceEdit: Encodable {
  var changes: [String: [TextEdit]]
}

struct MarkupContent: Encodable {
  var kind = "markdown"
  var value: String
}

struct DocumentIdentifier: Decodable {
  var uri: String
}

/// The parameters of requests about a document.
struct DocumentParameters: Decodable {
  var textDocument: DocumentIdentifier
}

/// The parameters of requests about a range of a document.
struct RangeParameters: Decodable {
  var textDocument: DocumentIdentifier
  var range: TextRange
}

/// The parameters of requests about a position.
struct PositionParameters: Decodable {
  var textDocument: DocumentIdentifier
  var position: Position
}

struct ReferenceParameters: Decodable {
  struct Context: Decodable { var includeDeclaration: Bool }
  var textDocument: DocumentIdentifier
  var position: Position
  var context: Context
}

struct RenameParameters: Decodable {
  var textDocument: DocumentIdentifier
  var position: Position
  var newName: String
}

struct InitializeParameters: Decodable {
  struct Capabilities: Decodable {
    struct General: Decodable { var positionEncodings: [String]? }
    struct TextDocument: Decodable {
      struct Completion: Decodable {
        struct Item: Decodable { var snippetSupport: Bool? }
        var completionItem: Item?
      }
      struct SignatureHelp: Decodable {
        struct Information: Decodable {
          struct Parameter: Decodable { var labelOffsetSupport: Bool? }
          var parameterInformation: Parameter?
        }
        var signatureInformation: Information?
      }
      var completion: Completion?
      var signatureHelp: SignatureHelp?
    }
    var general: General?
    var textDocument: TextDocument?
  }
  var capabilities: Capabilities
  var workspaceFolders: [WorkspaceFolder]?
  /// The folder of editors with only one.
  var rootUri: String?
}

struct WorkspaceFolder: Decodable {
  var uri: String
}

struct FolderChange: Decodable {
  struct Event: Decodable {
    var added: [WorkspaceFolder]
    var removed: [WorkspaceFolder]
  }
  var event: Event
}

struct InitializeResult: Encodable {
  struct Information: Encodable {
    var name = "vmscript"
    var version: String
  }
  var capabilities: ServerCapabilities
  var serverInfo: Information
}

struct ServerCapabilities: Encodable {
  struct Synchronization: Encodable {
    var openClose = true
    /// Incremental synchronization.
    var change = 2
    var save = true
  }
  struct Completion: Encodable { var triggerCharacters = [".", "\"", "'", "/"] }
  struct Signature: Encodable {
    var triggerCharacters = ["(", ","]
    /// Characters that update the help: the next argument, and the end of an inner call.
    var retriggerCharacters = [",", ")"]
  }
  struct Rename: Encodable { var prepareProvider = true }
  struct Workspace: Encodable {
    struct Folders: Encodable {
      var supported = true
      var changeNotifications = true
    }
    var workspaceFolders = Folders()
  }
  struct Semantics: Encodable {
    struct Legend: Encodable {
      var tokenTypes = SemanticKind.allCases.map(\.rawValue)
      var tokenModifiers: [String] = []
    }
    var legend = Legend()
    var full = true
  }

  var positionEncoding: String
  var textDocumentSync = Synchronization()
  var completionProvider = Completion()
  var hoverProvider = true
  var signatureHelpProvider = Signature()
  var definitionProvider = true
  var referencesProvider = true
  var documentHighlightProvider = true
  var renameProvider = Rename()
  var documentFormattingProvider = true
  var documentRangeFormattingProvider = true
  var documentSymbolProvider = true
  var workspaceSymbolProvider = true
  var workspace = Workspace()
  var foldingRangeProvider = true
  var codeActionProvider = true
  var semanticTokensProvider = Semantics()
}

struct OpenParameters: Decodable {
  struct Document: Decodable {
    var uri: String
    var version: Int
    var text: String
  }
  var textDocument: Document
}

struct ChangeParameters: Decodable {
  struct Document: Decodable {
    var uri: String
    var version: Int
  }
  var textDocument: Document
  var contentChanges: [ContentChange]
}

/// A new text for a range of a document, or without a range for all of it.
struct ContentChange: Decodable {
  var range: TextRange?
  var text: String
}

struct PublishedDiagnostics: Encodable {
  var uri: String
  var version: Int?
  var diagnostics: [ProtocolDiagnostic]
}

struct ProtocolDiagnostic: Encodable {
  struct Related: Encodable {
    var location: Location
    var message: String
  }
  var range: TextRange
  /// 1 error, 2 warning, 3 information.
  var severity: Int
  var code: String
  var source = "vmscript"
  var message: String
  var relatedInformation: [Related]?
}

struct CompletionItem: Encodable {
  var label: String
  var kind: Int
  var detail: String?
  var documentation: MarkupContent?
  /// Text that sorts candidates in the order of the list.
  var sortText: String
  /// Text the client filters against. Some editors do not filter candidates with an edit otherwise.
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
