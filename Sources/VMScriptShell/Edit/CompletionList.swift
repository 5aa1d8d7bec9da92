import VMScript
import VMScriptEditing
import VMScriptTerminal

/// Candidates as rows below an entry: those with notes a row each, others in columns.
struct CompletionList {
  /// A row: words, and what is told of them.
  struct Row: Hashable {
    var text: String
    var note = ""
  }

  /// How wide it may be.
  let columns: Int
  /// How many rows it may take up, at least one.
  let rows: Int

  /// The rows; the last one counts those candidates that found no room.
  func rows(_ candidates: [Candidate]) -> [Row] {
    let names = candidates.map { TerminalText.escaped($0.text) }
    let width = names.map(TerminalText.columns).max() ?? 0
    let hasNotes = candidates.contains { !$0.note.isEmpty }
    // Notes of a few characters would tell nothing.
    if hasNotes, columns - width - 5 >= 12 {
      return cut(candidates.count) { position in
        let text = "  \(TerminalText.padded(names[position], to: width))  "
        let note = TerminalText.escaped(candidates[position].note)
        return Row(
          text: text,
          note: TerminalText.fitted(note, to: columns - 1 - TerminalText.columns(of: text)))
      }
    }
    let perRow = max(1, (columns - 1) / (width + 2))
    return cut(candidates.count, perRow: perRow) { row in
      let height = (candidates.count + perRow - 1) / perRow
      let cells = stride(from: row, to: candidates.count, by: height).map { position in
        TerminalText.padded(names[position], to: width)
      }
      let text = "  " + cells.joined(separator: "  ")
      return Row(text: TerminalText.fitted(Self.withoutSpaces(text), to: columns - 1))
    }
  }

  /// As many rows as there is room for.
  private func cut(_ count: Int, perRow: Int = 1, _ row: (Int) -> Row) -> [Row] {
    let needed = (count + perRow - 1) / perRow
    guard needed > rows else { return (0..<needed).map(row) }
    let shown = max(0, rows - 1)
    let rest = "  … \(count - shown * perRow) more"
    return (0..<shown).map(row) + [Row(text: "", note: TerminalText.fitted(rest, to: columns - 1))]
  }

  private static func withoutSpaces(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }
}
