/// A size or a duration as a literal writes it, for texts that are read as one.
public enum Quantity: Sendable, Equatable {
  /// Bytes.
  case size(Int64)
  /// Milliseconds.
  case duration(Int64)

  /// Reads `512MiB`, `1.5h` and the like exactly as a script's literals are read; nil for anything
  /// else, and for what is not whole or does not fit in 64 bits.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    // No number with a unit is longer; a long text is not cut into tokens for nothing.
    guard bytes.count <= 64, bytes.first?.isDigit ?? false else { return nil }
    let lexer = Lexer.run(bytes)
    guard lexer.errors.isEmpty, lexer.tokens.count == 2, lexer.tokens[0].range == bytes.indices,
      [.size, .duration].contains(lexer.tokens[0].kind),
      case .success(let bits) = NumberReader.quantity(bytes[...])
    else { return nil }
    let value = Int64(bitPattern: bits)
    self = lexer.tokens[0].kind == .size ? .size(value) : .duration(value)
  }
}
