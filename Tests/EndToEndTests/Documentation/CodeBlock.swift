import Foundation

/// A block of code in the documentation, with its place.
struct CodeBlock: CustomStringConvertible {
  enum Language: String {
    case swift, vmscript, c, json
    /// Commands to type.
    case shell = "sh"
    /// A terminal session, with the input after `$ `.
    case terminal = "console"
    /// The configuration of an editor, which the tests do not have.
    case lua
    /// Text that no program reads.
    case text
  }

  let file: String
  /// Of the first line of code, from 1.
  let line: Int
  /// Nil where the block does not say.
  let language: Language?
  let text: String

  var description: String { "\(file):\(line)" }

  /// Every block of the README, of the comments in the sources and the header, and of the catalogues.
  static func all() throws -> [CodeBlock] {
    var blocks = try read("README.md", indented: .vmscript)
    for path in try FileManager.default.subpathsOfDirectory(
      atPath: packageFolder.appendingPathComponent("Sources").path
    ).sorted() {
      if path.hasSuffix(".swift") { blocks += try read("Sources/\(path)", indented: .swift) }
      if path.hasSuffix("vmscript.h") { blocks += try read("Sources/\(path)", indented: .c) }
      if path.hasSuffix(".md") { blocks += try read("Sources/\(path)", indented: nil) }
    }
    return blocks
  }

  /// - Parameter indented: the language of a block without a fence.
  private static func read(_ path: String, indented: Language?) throws -> [CodeBlock] {
    let content = try String(
      contentsOf: packageFolder.appendingPathComponent(path), encoding: .utf8)
    var reader = CodeBlockReader(file: path, indented: indented)
    for line in content.components(separatedBy: "\n") {
      switch path.split(separator: ".").last {
      case "swift": reader.take(CodeBlockReader.comment(line, "///"))
      case "h": reader.take(CodeBlockReader.comment(line, " *"))
      default: reader.take(line)
      }
    }
    return reader.finish()
  }
}

/// Finds the blocks in lines of Markdown.
struct CodeBlockReader {
  let file: String
  let indented: CodeBlock.Language?
  private var number = 0
  private var blocks: [CodeBlock] = []
  /// The block that is open.
  private var lines: [String] = []
  private var start = 0
  /// The info string of the open fence; nil where none is open.
  private var fence: String?
  private var previousIsBlank = true

  init(file: String, indented: CodeBlock.Language?) {
    self.file = file
    self.indented = indented
  }

  /// The content of a comment line that begins with a mark; nil for another line.
  static func comment(_ line: String, _ mark: String) -> String? {
    guard let start = line.range(of: mark),
      line[..<start.lowerBound].allSatisfy({ $0 == " " })
    else { return nil }
    let content = line[start.upperBound...]
    return String(content.hasPrefix(" ") ? content.dropFirst() : content)
  }

  /// - Parameter line: nil ends what is open.
  mutating func take(_ line: String?) {
    number += 1
    guard let line else {
      close()
      previousIsBlank = true
      return
    }
    if fence != nil {
      if line.hasPrefix("```") { close() } else { lines.append(line) }
    } else if line.hasPrefix("```") {
      close()
      fence = String(line.dropFirst(3))
      start = number + 1
    } else if line.hasPrefix("    "), previousIsBlank || !lines.isEmpty {
      if lines.isEmpty { start = number }
      lines.append(String(line.dropFirst(4)))
    } else if line.isEmpty, !lines.isEmpty {
      lines.append("")
    } else {
      close()
    }
    previousIsBlank = line.isEmpty
  }

  mutating func finish() -> [CodeBlock] {
    close()
    return blocks
  }

  private mutating func close() {
    while lines.last == "" { lines.removeLast() }
    if !lines.isEmpty {
      blocks.append(
        CodeBlock(
          file: file, line: start, language: language, text: lines.joined(separator: "\n")))
    }
    lines = []
    fence = nil
  }

  private var language: CodeBlock.Language? {
    if let fence { return CodeBlock.Language(rawValue: fence) }
    let first = lines.first ?? ""
    if first.hasPrefix("$ ") || first.hasPrefix("./") { return .terminal }
    return indented == .c && first == "{" ? .json : indented
  }
}
