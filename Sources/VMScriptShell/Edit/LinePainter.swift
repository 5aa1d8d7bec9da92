import VMScriptSyntax
import VMScriptTerminal

/// Paints colours and a suggestion over the line that libedit has drawn.
struct LinePainter {
  /// How the line stands on the screen.
  struct Picture {
    var prompt: String
    var line: [Unicode.Scalar]
    var cursor: Int
    var columns: Int

    var layout: EditLayout {
      EditLayout(prompt: TerminalText.columns(of: prompt), line: line, columns: columns)
    }
  }

  /// What puts the cursor where the prompt begins and takes the line off the screen.
  static func erase(_ picture: Picture) -> String {
    up(picture.layout.places[picture.cursor].row) + "\r\u{1B}[J"
  }

  /// What puts the cursor to the start of the row below the line.
  static func leave(_ picture: Picture) -> String {
    let layout = picture.layout
    let down = layout.end.row - layout.places[picture.cursor].row
    return String(repeating: "\n", count: down) + "\u{1B}[K\r\n"
  }

  /// The line in colours, the cursor where it was.
  ///
  /// - Parameters:
  ///   - styles: the SGR codes of each character of the line; empty for none.
  ///   - suggestion: is dimmed behind the line, as far as its row has room.
  static func paint(_ picture: Picture, styles: [String], suggestion: String) -> String {
    let layout = picture.layout
    let (end, cursor) = (layout.end, layout.places[picture.cursor])
    var text = "\u{1B}[?25l" + up(cursor.row) + "\r"
    text += "\u{1B}[1;36m\(picture.prompt)\u{1B}[0m"
    var style = ""
    var place = EditLayout.Place(row: 0, column: TerminalText.columns(of: picture.prompt))
    for (position, scalar) in picture.line.enumerated() {
      let next = layout.places[position]
      if next.row > place.row, place.column > 0 { text += "\r\n" }
      if styles[position] != style {
        style = styles[position]
        text += "\u{1B}[0\(style.isEmpty ? "" : ";" + style)m"
      }
      place = next
      if scalar == "\n" {
        text += "\r\n"
        place = .init(row: next.row + 1, column: 0)
      } else {
        text.unicodeScalars.append(scalar)
        place.column += EditLayout.width(of: scalar)
      }
    }
    if !style.isEmpty { text += "\u{1B}[0m" }
    if end.row > place.row { text += "\r\n" }
    let room = max(0, picture.columns - end.column - 1)
    let shown = TerminalText.fitted(suggestion, to: room)
    if !shown.isEmpty { text += "\u{1B}[2m\(shown)\u{1B}[0m" }
    text += "\u{1B}[K" + up(end.row - cursor.row) + "\r"
    if cursor.column > 0 { text += "\u{1B}[\(cursor.column)C" }
    return text + "\u{1B}[?25h"
  }

  private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }
}
