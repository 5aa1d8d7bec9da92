extension EntryEditor {
  /// Has the terminal say what is pasted, and not only while an entry is edited: what is pasted
  /// while work goes on waits for the next one.
  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"

  /// What a terminal writes before and after pasted text.
  private static let pasteStart = Array("\u{1B}[200~".unicodeScalars)
  private static let pasteEnd = Array("\u{1B}[201~".unicodeScalars)

  /// Takes what is pasted as text: no key in it means anything, and no line of it is run.
  func paste() {
    var pasted = upToPasteEnd()
    // A terminal may let the text itself hold what ends it: only the last end is the true one.
    while let more = upToForgedEnd() { pasted += more }
    entry.insert(Self.cleaned(pasted))
  }

  private func upToPasteEnd() -> [Unicode.Scalar] {
    var pasted: [Unicode.Scalar] = []
    while !pasted.ends(with: Self.pasteEnd) {
      switch keys.next() {
      case .character(let scalar): pasted.append(scalar)
      case .interrupt, .resize, .wake: continue
      case .endOfInput: return pasted
      }
    }
    return pasted.dropLast(Self.pasteEnd.count)
  }

  /// What else comes at once, if it has an end of pasted text too, but no start; else it is put back.
  private func upToForgedEnd() -> [Unicode.Scalar]? {
    var more: [KeyReader.Event] = []
    var scalars: [Unicode.Scalar] = []
    while let next = keys.next(within: 10) {
      more.append(next)
      guard case .character(let scalar) = next else { continue }
      scalars.append(scalar)
      if scalars.ends(with: Self.pasteStart) { break }
      if scalars.ends(with: Self.pasteEnd) { return scalars.dropLast(Self.pasteEnd.count) }
    }
    keys.putBack(more)
    return nil
  }

  /// Line ends as they are here, tabs as spaces, other control characters left out.
  static func cleaned(_ pasted: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var previous: Unicode.Scalar?
    for scalar in pasted {
      switch scalar {
      case "\r": result.append("\n")
      case "\n": if previous != "\r" { result.append("\n") }
      case "\t": result += Array(repeating: " ", count: 4)
      default: if scalar.properties.generalCategory != .control { result.append(scalar) }
      }
      previous = scalar
    }
    // A copied line brings its end along, which runs nothing.
    while result.last == "\n" { result.removeLast() }
    return result
  }
}

extension [Unicode.Scalar] {
  fileprivate func ends(with other: [Unicode.Scalar]) -> Bool {
    last == other.last && suffix(other.count).elementsEqual(other)
  }
}
