/// Rows under a heading, their columns aligned.
public struct TextTable: Sendable {
  private let heading: [String]
  private var rows: [[String]] = []

  /// An empty table.
  public init(_ heading: [String]) { self.heading = heading }

  /// Whether there is no row.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; control characters are escaped, an empty cell becomes a dash.
  public mutating func add(_ cells: [String?]) {
    rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : TerminalText.escaped($0) } ?? "-" })
  }

  /// The lines, the heading first; none end in spaces.
  public func lines(color: Bool) -> [String] {
    let all = [heading] + rows
    let widths = heading.indices.map { column in
      all.map { column < $0.count ? TerminalText.columns(of: $0[column]) : 0 }.max() ?? 0
    }
    return all.enumerated().map { position, cells in
      let padded = cells.enumerated().map { column, cell in
        column == cells.count - 1 ? cell : TerminalText.padded(cell, to: widths[column])
      }
      let line = padded.joined(separator: "  ")
      return position == 0 ? Style.bold.applied(to: line, color: color) : line
    }
  }
}
