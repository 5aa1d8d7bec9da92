import Foundation

@testable import VMScript
@testable import VMScriptPlan
@testable import VMScriptRuntime
@testable import VMScriptSyntax

/// A reader of untrusted bytes.
enum FuzzTarget: String, CaseIterable, Sendable {
  /// The pieces that highlighting colours.
  case lexer
  /// Tree and diagnostics.
  case parser
  /// One style, twice.
  case formatter
  /// A script, under limits, twice.
  case evaluator
  /// The requests of an editor.
  case editing
  /// A script, through the library for C.
  case library
  /// JSON and YAML, read and written again.
  case documents
  /// libvirt's documents, read and written again.
  case xml
  /// Headers and tables of images and seeds.
  case image

  /// Reads the bytes; gives what is wrong with what came of it, or nil if all is well.
  func run(_ bytes: [UInt8]) -> String? {
    switch self {
    case .lexer: Self.lexer(bytes)
    case .parser: Self.parser(bytes)
    case .formatter: Self.formatter(bytes)
    case .evaluator: Self.evaluator(bytes)
    case .editing: Self.editing(bytes)
    case .library: Self.library(bytes)
    case .documents: Self.documents(bytes)
    case .xml: Self.xml(bytes)
    case .image: Self.image(bytes)
    }
  }

  private static func lexer(_ bytes: [UInt8]) -> String? {
    var end = 0
    for piece in Piece.all(in: bytes) {
      guard piece.range.lowerBound >= end, piece.range.upperBound <= bytes.count else {
        return "pieces overlap or lie outside of the text"
      }
      end = piece.range.upperBound
    }
    return nil
  }

  private static func parser(_ bytes: [UInt8]) -> String? {
    let text = ParsedText(bytes)
    for node in text.tree.nodes where Int(node.start) + Int(node.length) > bytes.count {
      return "a node lies outside of the text"
    }
    return DiagnosticCheck.problem(text.diagnostics, text.sources)
  }

  private static func formatter(_ bytes: [UInt8]) -> String? {
    guard case .success(let once) = Formatter.format(SourceText(name: "f", bytes: bytes)) else {
      return nil
    }
    guard case .success(let twice) = Formatter.format(SourceText(name: "f", text: once)) else {
      return "what was formatted is refused"
    }
    if once != twice { return "formatted again it is another" }
    if ParsedText(bytes).meaning != ParsedText(Array(once.utf8)).meaning {
      return "formatted it means something else"
    }
    if comments(bytes) != comments(Array(once.utf8)) { return "formatted it has other comments" }
    return nil
  }

  private static func comments(_ bytes: [UInt8]) -> [String] {
    Piece.all(in: bytes).filter { $0.kind == .comment }.map {
      String(decoding: bytes[$0.range], as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  private static func xml(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let root = try? XMLElement.parse(text) else { return nil }
    let once = root.xmlString
    guard let again = try? XMLElement.parse(once) else { return "what was written cannot be read" }
    if again.xmlString != once { return "written again it is another" }
    _ = (try? Document(text, root: "domain"))?.read(DomainFacts.init)
    _ = (try? Document(text, root: "network"))?.read(NetworkFacts.init)
    return nil
  }

  private static func image(_ bytes: [UInt8]) -> String? {
    // As a file's beginning, and as an ISO's descriptor, which lies behind nothing of interest.
    for file in [bytes, [UInt8](repeating: 0, count: 32_768) + bytes] {
      let header = Array(file.prefix(ImageProbe.headerLength))
      for size in [Int64(file.count), 1 << 40] {
        guard let probe = try? ImageProbe.probe(header, fileSize: size) else { continue }
        for declared in ImageFormat.allCases { _ = try? probe.target(declared: declared) }
        guard probe.format == .qcow2 else { continue }
        var complaint: String?
        var tables = 0
        func check() throws {
          tables += 1
          if tables > 64 { throw CancellationError() }
        }
        try? QCOW2Tables.requireWhole(header: header, fileSize: size, check: check) {
          offset, count in
          guard count <= 32 << 20 else {
            complaint = "a table of \(count) bytes would be read"
            throw CancellationError()
          }
          guard let start = Int(exactly: offset), start < file.count else { return [] }
          return Array(file[start..<min(file.count, start + count)])
        }
        if let complaint { return complaint }
      }
    }
    return nil
  }
}
