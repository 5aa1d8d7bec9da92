import VMScriptSyntax

// Keys that open lines, and run the entry.
extension EntryEditor {
  func enter() -> EditStep {
    let text = entry.text
    guard Self.isWhole(text) else {
      openLine()
      return .goOn
    }
    return end(.entry(text))
  }

  /// In vi's command mode one goes on by inserting.
  func viEnter() -> EditStep {
    if !Self.isWhole(entry.text) { entry.move(to: entry.line.count) }
    let step = enter()
    if step == .goOn { injected = ["i"] }
    return step
  }

  /// Opens a line at the cursor, indented as deep as its brackets are.
  func openLine() {
    let line = entry.line
    let before = line.prefix(entry.column)
    if Self.isBlank(before) { entry.delete(before: before.count) }
    let behind = line.dropFirst(before.count)
    entry.delete(after: behind.prefix { $0 == " " }.count)
    let closing = Self.closingBrackets(behind.drop { $0 == " " })
    let depth = OpenBrackets(in: entry.textBeforeCursor).depth(closing: closing)
    entry.insert("\n".unicodeScalars + Self.indentation(depth))
  }

  /// Opens a line below or above this one, and goes on by inserting.
  func openLine(below: Bool) {
    if below {
      entry.move(to: entry.line.count)
      openLine()
    } else {
      let indentation = entry.line.prefix { $0 == " " }
      entry.move(to: 0)
      entry.insert(indentation + ["\n"])
      entry.moveUp(to: .max)
    }
    injected = ["i"]
    if entry.column > 0 { injected = ["A"] }
  }

  /// Types a closing bracket; at the start of a line it stands where its opening line does.
  func close(_ bracket: Unicode.Scalar) {
    let before = entry.line.prefix(entry.column)
    let brackets = Array(before.drop { $0 == " " })
    if !entry.above.isEmpty, Self.closingBrackets(brackets[...]) == brackets.count {
      entry.delete(before: before.count)
      let open = OpenBrackets(in: entry.textBeforeCursor)
      entry.insert(Self.indentation(open.depth(closing: brackets.count + 1)) + brackets)
    }
    entry.insert([bracket])
  }

  /// How many closing brackets a text begins with.
  private static func closingBrackets(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    text.prefix { ")]}".unicodeScalars.contains($0) }.count
  }

  private static func indentation(_ depth: Int) -> [Unicode.Scalar] {
    Array(repeating: " ", count: 2 * depth)
  }

  /// Whether an entry can be run.
  static func isWhole(_ text: String) -> Bool {
    if text.first == ":" || isBlank(text) || endsWithBlankLines(text) { return true }
    var names = NameTable()
    let source = SourceText(name: "", text: text)
    return parse(source, id: SourceID(index: 0), names: &names).completeness == .complete
  }

  static func isBlank(_ text: some StringProtocol) -> Bool { text.allSatisfy(\.isWhitespace) }

  static func isBlank(_ text: some Sequence<Unicode.Scalar>) -> Bool {
    text.allSatisfy(\.properties.isWhitespace)
  }

  /// Two blank lines run what is not complete, so that one sees what it lacks.
  private static func endsWithBlankLines(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 2 && lines.suffix(2).allSatisfy(isBlank)
  }
}
