extension EntryEditor {
  /// What a terminal writes after pasted text.
  private static let pasteEnd = Array("\u{1B}[201~".unicodeScalars)

  /// Takes what is pasted as text: no key in it means anything, and no line of it is run.
  func paste() -> EditStep {
    var pasted: [Unicode.Scalar] = []
    while !pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
      guard case .character(let scalar) = keys.next() else { break }
      pasted.append(scalar)
    }
    if pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
      pasted.removeLast(Self.pasteEnd.count)
    }
    editor.insert(Self.cleaned(pasted))
    return .refresh
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
