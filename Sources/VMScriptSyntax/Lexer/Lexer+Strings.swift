extension Lexer {
  /// Scans a string of any of the four forms, up to its end or its first interpolation.
  mutating func scanString() {
    let start = offset
    let quote = bytes[offset]
    let isMultiline = peek(1) == quote && peek(2) == quote
    offset += isMultiline ? 3 : 1
    if quote == Byte.apostrophe {
      scanRawRest(start: start, isMultiline: isMultiline)
    } else {
      scanStringRest(start: start, isMultiline: isMultiline, isOpen: false)
    }
  }

  private mutating func scanRawRest(start: Int, isMultiline: Bool) {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == Byte.apostrophe, !isMultiline || peek(1) == byte && peek(2) == byte {
        offset += isMultiline ? 3 : 1
        return emit(.string, from: start)
      }
      if byte == Byte.newline, !isMultiline { break }
      offset += 1
    }
    reportUnclosedString(start: start, isMultiline: isMultiline)
    emit(.string, from: start, .synthetic)
  }

  /// Continues inside a `"…"` or `"""…"""`. If `isOpen` is true, a `stringOpen` was already
  /// emitted, and the pieces of the string are separate tokens.
  mutating func scanStringRest(start: Int, isMultiline: Bool, isOpen: Bool) {
    let textStart = offset
    var flags: TokenFlags = []
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == Byte.quote, !isMultiline || peek(1) == byte && peek(2) == byte {
        return closeString(
          start: start, textStart: textStart, isMultiline: isMultiline, isOpen: isOpen, flags)
      }
      if byte == Byte.backslash {
        if peek(1) == Byte.leftParenthesis {
          return openInterpolation(
            start: start, textStart: textStart, isMultiline: isMultiline, isOpen: isOpen, flags)
        }
        flags.insert(.escapes)
        // An escaped quote never ends the string; a line end still does.
        offset += offset + 1 < bytes.count && bytes[offset + 1] != Byte.newline ? 2 : 1
        continue
      }
      if byte == Byte.newline, !isMultiline { break }
      offset += 1
    }
    reportUnclosedString(start: start, isMultiline: isMultiline)
    if isOpen {
      emitText(from: textStart, flags)
      emit(.stringClose, from: offset, .synthetic)
    } else {
      emit(.string, from: start, flags.union(.synthetic))
    }
  }

  private mutating func closeString(
    start: Int, textStart: Int, isMultiline: Bool, isOpen: Bool, _ flags: TokenFlags
  ) {
    if isOpen { emitText(from: textStart, flags) }
    let closeStart = offset
    offset += isMultiline ? 3 : 1
    if isOpen { emit(.stringClose, from: closeStart) } else { emit(.string, from: start, flags) }
  }

  private mutating func openInterpolation(
    start: Int, textStart: Int, isMultiline: Bool, isOpen: Bool, _ flags: TokenFlags
  ) {
    let interpolationStart = offset
    if !isOpen {
      offset = textStart
      emit(.stringOpen, from: start)
      offset = interpolationStart
    }
    emitText(from: textStart, flags)
    offset += 2
    emit(.interpolationOpen, from: interpolationStart)
    openStrings.append(
      OpenString(start: start, isMultiline: isMultiline, interpolationStart: interpolationStart))
  }

  private mutating func emitText(from textStart: Int, _ flags: TokenFlags) {
    if offset > textStart { emit(.stringText, from: textStart, flags) }
  }

  private mutating func reportUnclosedString(start: Int, isMultiline: Bool) {
    if closesOuterString(start: start, isMultiline: isMultiline) { return }
    if isMultiline {
      report(.unclosedMultilineString, start..<start + 3)
    } else {
      report(.unclosedString, start..<endOfLine)
    }
  }

  /// Returns whether these quotes were meant to end the surrounding string: `"one \(1 + 2"`. Then
  /// the interpolation is unclosed, which ``closeOpenStrings(through:)`` reports.
  private func closesOuterString(start: Int, isMultiline: Bool) -> Bool {
    guard let outer = openStrings.last, outer.isMultiline == isMultiline else { return false }
    let quote = bytes[start]
    guard quote == bytes[outer.start] else { return false }
    // A `)` after them shows that a string in the interpolation has no end.
    return isMultiline || !bytes[start..<offset].contains(UInt8(ascii: ")"))
  }

  /// The current offset without the carriage return of the line end.
  private var endOfLine: Int {
    bytes[offset - 1] == Byte.carriageReturn ? offset - 1 : offset
  }

  /// Closes the interpolations that the text left open, down to `count` of them. Only the innermost
  /// is reported; the others follow from it.
  mutating func closeOpenStrings(through count: Int) {
    guard openStrings.count > count, let innermost = openStrings.last else { return }
    let start = innermost.interpolationStart
    // An unclosed string on the same line is the cause, and has been reported.
    if !(errors.last.map { Int($0.start) >= start && $0.isUnclosedString } ?? false) {
      report(
        innermost.isMultiline ? .unclosedMultilineInterpolation : .unclosedInterpolation,
        start..<start + 2)
    }
    while openStrings.count > count {
      openStrings.removeLast()
      emit(.interpolationClose, from: offset, .synthetic)
      emit(.stringClose, from: offset, .synthetic)
    }
  }
}

extension LexicalError {
  fileprivate var isUnclosedString: Bool {
    switch problem {
    case .unclosedString, .unclosedMultilineString: true
    default: false
    }
  }
}
