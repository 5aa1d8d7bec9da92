import VMScriptSyntax

/// Two properties of a block that cannot both be declared, or of which one needs the other.
struct Combination {
  /// A property with the words that count; without any, each value does.
  struct Term {
    let name: String
    var words: [String] = []

    init(_ name: String, _ words: String...) {
      self.name = name
      self.words = words
    }

    /// The property of a block, where it is declared with one of the words.
    func property(in block: DeclaredBlock) -> DeclaredProperty? {
      guard let property = block.property(name), property.value != .none else { return nil }
      return words.isEmpty || words.contains(property.value.description) ? property : nil
    }

    /// As scripts write it, such as `format = raw`.
    var texts: [String] { words.isEmpty ? [name] : words.map { "\(name) = \($0)" } }
    var text: String { texts.map { "`\($0)`" }.joined(separator: " or ") }
  }

  /// The name of the block.
  let block: String
  let first: Term
  let second: Term
  /// Whether the first needs the second, rather than excludes it.
  let isNeeded: Bool

  private static func exclusive(_ block: String, _ first: Term, _ second: Term) -> Combination {
    Combination(block: block, first: first, second: second, isNeeded: false)
  }

  private static func needed(_ block: String, _ first: Term, _ second: Term) -> Combination {
    Combination(block: block, first: first, second: second, isNeeded: true)
  }

  /// Every combination that is an error.
  static let all: [Combination] = [
    exclusive("disk", Term("image"), Term("source")),
    exclusive("disk", Term("size"), Term("source")),
    exclusive("disk", Term("pool"), Term("source")),
    exclusive("disk", Term("moved_from"), Term("source")),
    exclusive("disk", Term("image"), Term("format", "raw")),
    needed("disk", Term("moved_disk"), Term("moved_from")),
    needed("disk", Term("io", "native"), Term("cache", "none", "directsync")),
    exclusive("image", Term("source"), Term("backing")),
    exclusive("image", Term("format", "raw"), Term("backing")),
    needed("image", Term("sha256"), Term("source")),
    needed("image", Term("sha512"), Term("source")),
  ]

  /// What is wrong with a block and the blocks in it.
  ///
  /// - Parameters:
  ///   - written: as the script has it.
  ///   - isWhole: whether nothing is inherited beside it, so that what is needed must be there.
  static func check(_ written: DeclaredBlock, isWhole: Bool) -> [Diagnostic] {
    all.filter { $0.block == written.schema.name }
      .compactMap { $0.check(written, isWhole: isWhole) }
      + written.blocks.flatMap { check($0, isWhole: isWhole) }
  }

  private func check(_ written: DeclaredBlock, isWhole: Bool) -> Diagnostic? {
    guard let one = first.property(in: written) else { return nil }
    guard isNeeded else {
      guard let other = second.property(in: written) else { return nil }
      return ValidationMessages.exclusive(first, one, second, other)
    }
    let other = written.property(second.name)
    guard second.property(in: written) == nil, isWhole || other != nil,
      !(other?.value.isUnknown ?? false)
    else { return nil }
    return ValidationMessages.needed(first, one, second, other)
  }
}
