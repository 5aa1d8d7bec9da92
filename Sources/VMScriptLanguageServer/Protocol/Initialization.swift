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
  /// The folder of editors that know one alone.
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
    /// Incremental.
    var change = 2
    var save = true
  }
  struct Completion: Encodable { var triggerCharacters = [".", "\"", "'", "/"] }
  struct Signature: Encodable {
    var triggerCharacters = ["(", ","]
    /// While help is shown: the next argument, and the end of an inner call.
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
