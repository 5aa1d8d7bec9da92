import Foundation
import VMScript

@testable import VMScriptRuntime
@testable import VMScriptSyntax

/// What reads bytes that anyone may have written.
enum FuzzTarget: String, CaseIterable, Sendable {
  /// The pieces that highlighting colours.
  case lexer
  /// Tree and diagnostics.
  case parser
  /// One style, twice.
  case formatter
  /// A script, under limits.
  case evaluator
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
    let renderer = DiagnosticRenderer(sources: text.sources, color: true)
    _ = renderer.render(text.diagnostics)
    _ = text.diagnostics.map(renderer.json)
    return nil
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
    return nil
  }

  private static func evaluator(_ bytes: [UInt8]) -> String? {
    let program = Engine().compilation(of: SourceText(name: "f", bytes: bytes)).program
    guard let program else { return nil }
    let limits = Limits(
      steps: 20_000, depth: 100, memory: .mib(1), output: .kib(64), time: .seconds(5))
    _ = program.check(EvaluationOptions(limits: limits))
    let outcome = program.evaluate(EvaluationOptions(limits: limits))
    let text = Value.map(outcome.outputs).json()
    for declaration in outcome.declarations.declarations { _ = declaration.document.json() }
    return JSONText.isSound(text) ? nil : "the outputs are no JSON"
  }

  private static func xml(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let root = try? XMLElement.parse(text) else { return nil }
    let once = XMLWriter.text(root)
    guard let again = try? XMLElement.parse(once) else { return "what was written cannot be read" }
    if XMLWriter.text(again) != once { return "written again it is another" }
    _ = try? DomainFacts(xml: text)
    return nil
  }

  private static func image(_ bytes: [UInt8]) -> String? {
    let header = Array(bytes.prefix(ImageProbe.headerLength))
    for size in [Int64(bytes.count), 1 << 40] { _ = try? ImageProbe.probe(header, fileSize: size) }
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("vmscript-fuzz-\(UUID().uuidString)")
    guard (try? Data(bytes).write(to: file)) != nil else { return nil }
    defer { try? FileManager.default.removeItem(at: file) }
    _ = try? ImageFile.probe(file.path)
    return nil
  }
}
