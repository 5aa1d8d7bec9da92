// The types of the Language Server Protocol 3.17 that the server speaks, as far as it uses them.

/// A place in a text: lines and code units from 0, the units being those of the encoding agreed on.
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

/// What requests about a document have.
struct DocumentParameters: Decodable {
  var textDocument: DocumentIdentifier
}

/// What requests about a part of a document have.
struct RangeParameters: Decodable {
  var textDocument: DocumentIdentifier
  var range: TextRange
}

/// What requests about a place have.
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
