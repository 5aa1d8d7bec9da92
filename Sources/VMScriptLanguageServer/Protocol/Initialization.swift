struct InitializeParameters: Decodable {
  struct Capabilities: Decodable {
    struct General: Decodable { var positionEncodings: [String]? }
    struct TextDocument: Decodable {
      struct Completion: Decodable {
        struct Item: Decodable { var snippetSupport: Bool? }
        var completionItem: Item?
      }
      var completion: Completion?
    }
    var general: General?
    var textDocument: TextDocument?
  }
  var capabilities: Capabilities
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
    /// Incremental.
    var change = 2
    var save = true
  }
  struct Completion: Encodable { var triggerCharacters = [".", "\"", "'", "/"] }
  struct Signature: Encodable { var triggerCharacters = ["(", ","] }
  struct Rename: Encodable { var prepareProvider = true }
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
  var renameProvider = Rename()
  var documentFormattingProvider = true
  var documentSymbolProvider = true
  var foldingRangeProvider = true
  var codeActionProvider = true
  var semanticTokensProvider = Semantics()
}
