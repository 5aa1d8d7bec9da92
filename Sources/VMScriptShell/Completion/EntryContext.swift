import VMScript
import VMScriptSyntax

/// Where in an entry the cursor is, as far as what may stand there goes.
struct EntryContext {
  /// What is being written.
  enum Place {
    /// A statement, or the name at its start.
    case statement
    /// A property or block of this schema.
    case entry(BlockSchema)
    /// The value of a property.
    case value(PropertySchema)
    case expression
    /// A member of what this dotted path names.
    case member([String])
    /// The text of a string.
    case string
    /// The target of a verb.
    case target
  }

  var place: Place
  /// The part of the word that stands before the cursor.
  var typed: String

  /// Reads the context off the text before the cursor.
  init(before text: String) {
    let bytes = Array(text.utf8)
    var pieces = Piece.all(in: bytes).filter { $0.kind != .comment }
    func word(_ piece: Piece) -> String { String(decoding: bytes[piece.range], as: UTF8.self) }
    if let last = pieces.last, last.kind == .invalid, last.range.upperBound == bytes.count {
      place = .string
      typed = String(word(last).dropFirst())
      return
    }
    typed = ""
    var endsWithWord = false
    if let last = pieces.last, last.kind == .name || last.kind == .keyword,
      last.range.upperBound == bytes.count
    {
      typed = word(last)
      endsWithWord = true
    }
    let current = endsWithWord ? pieces.removeLast() : nil
    let words = pieces.map(word)
    let startsLine = current?.beginsLine ?? bytes.last.map { $0 == UInt8(ascii: "\n") } ?? true
    let schema = Self.schema(pieces, words)
    let previous = words.last ?? ""
    if previous == "." {
      place = .member(Self.path(words.dropLast()))
    } else if words.isEmpty || previous == ";" {
      place = .statement
    } else if let schema, startsLine || previous == "{" || previous == "," {
      place = .entry(schema)
    } else if startsLine || previous == "}" {
      place = schema.map(Place.entry) ?? .statement
    } else if let schema, let property = Self.property(words, schema) {
      place = .value(property)
    } else if Self.targetWords.contains(previous) {
      place = .target
    } else {
      place = .expression
    }
  }

  private static let targetWords: Set<String> = [
    "start", "stop", "reboot", "suspend", "resume", "delete", "snapshot", "revert", "wait", "clone",
  ]

  /// The block whose braces are open at the end; nil outside of resources.
  private static func schema(_ pieces: [Piece], _ words: [String]) -> BlockSchema? {
    var open: [BlockSchema?] = []
    for (position, text) in words.enumerated() {
      switch text {
      case "{":
        let head = head(of: words[..<position])
        let outer = open.last ?? nil
        if let outer {
          open.append(head.isControl ? outer : head.words.first.flatMap(outer.block))
        } else if let kind = head.words.first.flatMap(ResourceKind.init) {
          open.append(Schema.resource(kind))
        } else {
          open.append(head.words.first == "clone" ? Schema.resource(.domain) : nil)
        }
      case "}": if !open.isEmpty { open.removeLast() }
      default: break
      }
    }
    return open.last ?? nil
  }

  /// The words of a block's first line, and whether it is an `if` or `for`.
  private static func head(of words: ArraySlice<String>) -> (words: [String], isControl: Bool) {
    let controls: Set<String> = ["if", "for", "else"]
    var result: [String] = []
    for word in words.reversed() {
      if word == "{" || word == "}" || word == ";" || word == "," { break }
      result.insert(word, at: 0)
      if ResourceKind(rawValue: word) != nil || word == "clone" || controls.contains(word) { break }
      if result.count > 12 { break }
    }
    // `disk data {` or `nic {`: the name of the block is the last word, or the one before its label.
    guard let first = result.first else { return ([], false) }
    if controls.contains(first) { return (result, true) }
    if ResourceKind(rawValue: first) != nil || first == "clone" { return (result, false) }
    return (Array(result.suffix(2).filter { Schema.hasBlock($0) }), false)
  }

  /// The property whose value ends the words, as in `format =` or `boot = [cdrom,`.
  private static func property(_ words: [String], _ schema: BlockSchema) -> PropertySchema? {
    guard let equals = words.lastIndex(of: "="), equals > 0 else { return nil }
    let value = words[(equals + 1)...]
    guard value.isEmpty || value.first == "[" else { return nil }
    if let property = schema.property(words[equals - 1]) { return property }
    let block = schema.block(words[equals - 1])
    return block?.shorthand.flatMap { block?.property($0) }
  }

  /// `["a", "b"]` for words that end in `a . b`.
  private static func path(_ words: ArraySlice<String>) -> [String] {
    guard let last = words.last else { return [] }
    let rest = words.dropLast()
    return (rest.last == "." ? path(rest.dropLast()) : []) + [last]
  }
}

extension Schema {
  /// Whether any resource has a block of this name, at any depth.
  static func hasBlock(_ name: String) -> Bool {
    func holds(_ block: BlockSchema) -> Bool {
      block.block(name) != nil || block.blocks.contains(where: holds)
    }
    return ResourceKind.allCases.contains { holds(resource($0)) }
  }
}
