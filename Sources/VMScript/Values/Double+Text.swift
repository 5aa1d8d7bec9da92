extension Double {
  /// Reads a decimal number, with or without an exponent; nil for anything else, `inf`, `nan` and
  /// hexadecimal numbers among it.
  init?(decimal text: String) {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(text),
      number.isFinite
    else { return nil }
    self = number
  }
}
