import VMScriptSyntax

// Keys that move through the lines of an entry, open new ones, and run it.
extension EntryEditor {
  func enter() -> EditStep {
    let text = text
    guard text.first != ":", !Self.isBlank(text), !endsWithBlankLines(text), !isComplete(text)
    else {
      finish()
      return .accept
    }
    return openLine()
  }

  /// Opens a line below, indented as deep as its brackets are.
  func openLine() -> EditStep {
    let depth = Self.depth(of: textBeforeCursor)
    editor.insert(("\n" + String(repeating: "  ", count: depth)).unicodeScalars)
    return .refresh
  }

  /// Types a closing bracket; at the start of a line it stands where its opening line does.
  func close(_ bracket: Unicode.Scalar) -> EditStep {
    let before = editor.line.prefix(editor.cursor)
    if let lineEnd = before.lastIndex(of: "\n"), before[(lineEnd + 1)...].allSatisfy({ $0 == " " })
    {
      let depth = max(0, Self.depth(of: textBeforeCursor) - 1)
      editor.delete(before: before.count - lineEnd - 1)
      editor.insert(Array(repeating: " ", count: 2 * depth))
    }
    editor.insert([bracket])
    return .refresh
  }

  private func isComplete(_ text: String) -> Bool {
    var names = NameTable()
    let source = SourceText(name: "", text: text)
    return parse(source, id: SourceID(index: 0), names: &names).completeness == .complete
  }

  static func isBlank(_ text: some StringProtocol) -> Bool { text.allSatisfy(\.isWhitespace) }

  /// Two blank lines run what is not complete, so that one sees what it lacks.
  private func endsWithBlankLines(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 2 && lines.suffix(2).allSatisfy(Self.isBlank)
  }

  /// How many brackets are open at the end of a text.
  static func depth(of text: String) -> Int {
    let bytes = Array(text.utf8)
    let depth = Piece.all(in: bytes).filter { $0.kind == .bracket }.reduce(0) { depth, piece in
      switch bytes[piece.range.upperBound - 1] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth + 1
      default: max(0, depth - 1)
      }
    }
    return depth
  }

  func up() -> EditStep {
    let before = editor.line.prefix(editor.cursor)
    if let lineEnd = before.lastIndex(of: "\n") {
      let column = editor.cursor - lineEnd - 1
      let start = before[..<lineEnd].lastIndex(of: "\n").map { $0 + 1 } ?? 0
      editor.move(min(start + column, lineEnd) - editor.cursor)
      return .moveCursor
    }
    guard let earlier = history.earlier(than: text) else { return .beep }
    editor.replace(with: earlier.unicodeScalars)
    return .refresh
  }

  func down() -> EditStep {
    let line = editor.line
    if let lineEnd = line[editor.cursor...].firstIndex(of: "\n") {
      let start = line[..<editor.cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
      let nextEnd = line[(lineEnd + 1)...].firstIndex(of: "\n") ?? line.count
      editor.move(min(lineEnd + 1 + editor.cursor - start, nextEnd) - editor.cursor)
      return .moveCursor
    }
    guard let later = history.later(than: text) else { return .beep }
    editor.replace(with: later.unicodeScalars)
    return .refresh
  }

  func right() -> EditStep {
    if takeSuggestion() { return .refresh }
    editor.move(1)
    return .moveCursor
  }

  func end() -> EditStep {
    if takeSuggestion() { return .refresh }
    let line = editor.line
    let lineEnd = line[editor.cursor...].firstIndex(of: "\n") ?? line.count
    editor.move(lineEnd - editor.cursor)
    return .moveCursor
  }

  /// Leaves where nothing was typed, else deletes the character under the cursor.
  func endOfInput() -> EditStep {
    guard !editor.line.isEmpty else { return .endOfInput }
    guard editor.cursor < editor.line.count else { return .beep }
    editor.move(1)
    editor.delete(before: 1)
    return .refresh
  }
}
