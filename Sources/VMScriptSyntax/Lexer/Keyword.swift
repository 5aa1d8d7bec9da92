/// The reserved words. All others that look like keywords are contextual, see ``ContextualWords``.
enum Keyword {
  /// The reserved words as they are written.
  static let all: [(text: String, kind: TokenKind)] = [
    ("let", .let), ("param", .param), ("func", .func), ("if", .if), ("else", .else),
    ("for", .for), ("in", .in), ("import", .import), ("as", .as), ("return", .return),
    ("true", .true), ("false", .false), ("none", .none),
  ]

  /// The kind of a reserved word; nil for any other.
  static func kind(_ word: String) -> TokenKind? { all.first { $0.text == word }?.kind }

  /// The kind of the word in `range`: a reserved word's own, else `identifier`.
  static func kind(of bytes: [UInt8], _ range: Range<Int>) -> TokenKind {
    guard range.count >= 2, range.count <= 6 else { return .identifier }
    var packed: UInt64 = 0
    for offset in range { packed = packed << 8 | UInt64(bytes[offset]) }
    return switch packed {
    case 0x6c6574: .let
    case 0x70_6172616d: .param
    case 0x66756e63: .func
    case 0x6966: .if
    case 0x656c7365: .else
    case 0x666f72: .for
    case 0x696e: .in
    case 0x696d_706f7274: .import
    case 0x6173: .as
    case 0x7265_7475726e: .return
    case 0x74727565: .true
    case 0x66_616c7365: .false
    case 0x6e6f6e65: .none
    default: .identifier
    }
  }
}
