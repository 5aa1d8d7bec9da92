import VMScript
import VMScriptTerminal

extension EntryEditor {
  /// Puts in what is beyond doubt; a second time, or where nothing is, lists what may stand here.
  func tab(isSecond: Bool) -> EditStep {
    let before = textBeforeCursor
    // At the start of a line Tab is what it is elsewhere: two columns.
    if before.last == "\n" || before.last == " ",
      before.split(separator: "\n").last.map(Self.isBlank) ?? false,
      !before.isEmpty, !isSecond
    {
      editor.insert("  ".unicodeScalars)
      return .refresh
    }
    let completion = complete(before)
    guard let first = completion.candidates.first else { return .beep }
    let isOnly = completion.candidates.count == 1
    let known = String(before.unicodeScalars.suffix(completion.length))
    let text = isOnly ? first.text + first.suffix : completion.commonPrefix
    if text.unicodeScalars.count > completion.length {
      editor.delete(before: completion.length)
      editor.insert(text.unicodeScalars)
      return .refresh
    }
    guard isSecond || known.isEmpty, !isOnly else { return isOnly ? .nothing : .beep }
    write(above: listing(of: completion.candidates))
    return .nothing
  }

  /// Candidates with notes a line each, others in columns.
  private func listing(of candidates: [Candidate]) -> [String] {
    let columns = max(10, screenColumns)
    let width =
      candidates.map { TerminalText.columns(of: TerminalText.escaped($0.text)) }.max() ?? 0
    let hasNotes = candidates.contains { !$0.note.isEmpty }
    guard !hasNotes || candidates.count > 60 else {
      return candidates.map { candidate in
        let name = TerminalText.padded(TerminalText.escaped(candidate.text), to: width)
        return TerminalText.fitted(
          "  \(name)  \(TerminalText.escaped(candidate.note))", to: columns - 1)
      }
    }
    let perRow = max(1, (columns - 1) / (width + 2))
    let rows = (candidates.count + perRow - 1) / perRow
    return (0..<rows).map { row in
      let cells = stride(from: row, to: candidates.count, by: rows).map { position in
        TerminalText.padded(TerminalText.escaped(candidates[position].text), to: width)
      }
      return TerminalText.fitted("  " + cells.joined(separator: "  "), to: columns - 1)
    }
  }
}
