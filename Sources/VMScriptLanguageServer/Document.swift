import Foundation
import VMScript
import VMScriptEditing
import VMScriptSyntax

/// A document that is open in the editor.
struct Document {
  let uri: String
  /// The name for the language: the path, or the URI if it is not a file.
  let name: String
  var version: Int
  private(set) var bytes: [UInt8]
  private(set) var lines: LineTable
  /// The analysis of the current text; nil if it is outdated.
  var analysis: Analysis?
  /// The values of the last text that could be evaluated.
  var values: [String: Value] = [:]
  /// The time at which diagnostics are due; nil if they are published.
  var due: Date?

  init(uri: String, version: Int, text: String, encoding: PositionEncoding) {
    self.uri = uri
    name = Self.name(of: uri)
    self.version = version
    bytes = Array(text.utf8)
    lines = LineTable(bytes, encoding)
  }

  var source: SourceText { SourceText(name: name, bytes: bytes) }

  /// Applies a change.
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

/// Imports open files from the editor, and others from disk.
struct OpenFiles: Importer {
  /// The texts by name.
  var texts: [String: [UInt8]]

  func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let name = LocalImporter.name(of: path, from: script)
    if let bytes = texts[name] { return SourceText(name: name, bytes: bytes) }
    return try LocalImporter().load(path: path, from: script)
  }
}

/// Diagnostics of a script in the form of the protocol.
struct DiagnosticTranslation {
  private let analysis: Analysis
  private let document: Document
  private let server: LanguageServer

  init(_ analysis: Analysis, _ document: Document, _ server: LanguageServer) {
    self.analysis = analysis
    self.document = document
    self.server = server
  }

  var all: [ProtocolDiagnostic] { analysis.shownDiagnostics.map(translated) }

  private func translated(_ diagnostic: Diagnostic) -> ProtocolDiagnostic {
    var related = diagnostic.secondary.map {
      ProtocolDiagnostic.Related(
        location: server.location(of: $0.span, in: analysis.sources), message: $0.text)
    }
    var range = 0..<0
    if let span = diagnostic.primary?.span {
      if span.source == analysis.main {
        range = Int(span.start)..<Int(span.end)
      } else {
        // A diagnostic of an imported file is shown at the import.
        let place = analysis.importPlace(of: span.source)
        range = place.map { Int($0.start)..<Int($0.end) } ?? range
        related.insert(
          .init(
            location: server.location(of: span, in: analysis.sources), message: diagnostic.message),
          at: 0)
      }
    }
    return ProtocolDiagnostic(
      range: document.lines.range(range), severity: diagnostic.severity.number,
      code: diagnostic.code.description, message: text(of: diagnostic),
      relatedInformation: related.isEmpty ? nil : related)
  }

  /// The message with its notes and helps.
  private func text(of diagnostic: Diagnostic) -> String {
    var lines = [diagnostic.message]
    if let label = diagnostic.primary?.text, !label.isEmpty { lines.append(label) }
    lines += diagnostic.notes.map { "note: \($0)" } + diagnostic.helps.map { "help: \($0.text)" }
    return lines.joined(separator: "\n")
  }
}

extension Analysis {
  /// All diagnostics except those of the editor's own limits, which a run does not have.
  var shownDiagnostics: [Diagnostic] {
    let limits: [DiagnosticCode] = [
      .program.tooManySteps, .program.tooMuchMemory, .program.tooMuchOutput, .program.tooLong,
    ]
    return diagnostics.filter { !limits.contains($0.code) }
  }

  /// The diagnostics that touch a range of bytes.
  func shownDiagnostics(touching range: ClosedRange<Int>) -> [Diagnostic] {
    shownDiagnostics.filter { diagnostic in
      guard let span = diagnostic.primary?.span, span.source == main else { return false }
      return Int(span.start) <= range.upperBound && Int(span.end) >= range.lowerBound
    }
  }
}

extension Severity {
  fileprivate var number: Int {
    switch self {
    case .error: 1
    case .warning: 2
    case .note: 3
    }
  }
}
