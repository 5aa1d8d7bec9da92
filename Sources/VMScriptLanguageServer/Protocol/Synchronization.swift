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

/// A new text for a part of a document, or without a range for all of it.
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
