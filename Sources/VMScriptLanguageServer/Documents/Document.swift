import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

/// An open file as the editor has it.
struct Document {
  let uri: String
  /// What the language knows the file by: its path, or the URI of what is no file.
  let name: String
  var version: Int
  private(set) var bytes: [UInt8]
  private(set) var lines: LineTable
  /// Of the text as it is; nil where it has to be made.
  var analysis: Analysis?
  /// Of the last text that could be evaluated.
  var values: [String: Value] = [:]
  /// When the diagnostics of the text are due; nil where they were told.
  var due: Date?

  init(uri: String, version: Int, text: String, encoding: PositionEncoding) {
    self.uri = uri
    name = Self.name(of: uri)
    self.version = version
    bytes = Array(text.utf8)
    lines = LineTable(bytes, encoding)
  }

  var source: SourceText { SourceText(name: name, bytes: bytes) }

  /// Puts a change into effect.
  mutating func apply(_ change: ContentChange) {
    if let range = change.range {
      let start = lines.offset(of: range.start)
      let end = max(start, lines.offset(of: range.end))
      bytes.replaceSubrange(start..<end, with: Array(change.text.utf8))
    } else {
      bytes = Array(change.text.utf8)
    }
    lines = LineTable(bytes, lines.encoding)
    analysis = nil
  }

  static func name(of uri: String) -> String {
    guard let url = URL(string: uri), url.isFileURL else { return uri }
    return LocalImporter.name(of: url.path, from: "")
  }

  static func uri(of name: String) -> String {
    name.hasPrefix("/") ? URL(fileURLWithPath: name).absoluteString : name
  }
}

/// Imports files as the editor has them, those that are not open from their folders.
struct OpenFiles: Importer {
  /// By name.
  var texts: [String: [UInt8]]

  func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let name = LocalImporter.name(of: path, from: script)
    if let bytes = texts[name] { return SourceText(name: name, bytes: bytes) }
    return try LocalImporter().load(path: path, from: script)
  }
}
